"""MLflow may be away: a run goes on, and its curves are whole in the end."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from astor.errors import UserError
from astor.records import State, TaskStatistics, UpdateReport
from astor.registry.connection import connect, wait_for
from astor.run.run import Run

Miniature = Callable[..., Run]


def commit_round(run: Run, round: int) -> None:
    """What `score` and `update` commit, as far as curves show it."""
    of_task = dict.fromkeys(TaskStatistics.model_fields, 0) | {"score": round / 10, "outcomes": {}}
    state = State(round=round + 1, scheduler={}, tasks={"io_prediction": TaskStatistics(**of_task)})
    report = UpdateReport(
        round=round, tasks={}, optimizer_steps=1, skipped_steps=0, gradient_norm=0.7, learning_rate=5e-4
    )
    run.artifacts.commit(run.places.at("rounds", round, "score"), {}, state=state)
    run.artifacts.commit(run.places.at("rounds", round, "update"), {}, report=report)


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """Where a directory with a database belongs, and is none."""
    path = tmp_path / "away"
    path.touch()
    return path


def test_rounds_that_mlflow_missed_follow_when_it_is_back(
    miniature: Miniature, away: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("astor.run.curves.time.monotonic", lambda: clock[0])
    run = miniature(**{"tracking.uri": f"sqlite:///{away}/mlflow.db"})
    with caplog.at_level(logging.WARNING, logger="astor"):
        for round in (0, 1):
            commit_round(run, round)
            run.curves.follow(round)
    assert run.curves.behind == 2
    assert run.curves.is_away
    assert [entry.message.endswith("The run goes on; its curves follow.") for entry in caplog.records] == [True]
    away.unlink()
    commit_round(run, 2)
    run.curves.follow(2)
    assert run.curves.behind == 3, "soon after a failure nothing is tried"
    clock[0] = 3.0
    commit_round(run, 3)
    run.curves.follow(3)
    assert run.curves.behind == 0
    found = connect(run.services.tracking_uri).get_metric_history(
        run.services.tracker.run_id, "train/io_prediction/score"
    )
    assert [(metric.step, metric.value) for metric in found] == [(0, 0.0), (1, 0.1), (2, 0.2), (3, 0.3)]


def test_rounds_that_follow_each_other_soon_are_told_together(
    miniature: Miniature, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("astor.run.curves.time.monotonic", lambda: clock[0])
    run = miniature()
    for round, seconds in enumerate((0.0, 1.0, 2.0, 4.0)):
        clock[0] = seconds
        commit_round(run, round)
        run.curves.follow(round)
        assert run.curves.behind == (0, 1, 2, 0)[round]
        assert not run.curves.is_away
    assert run.services.tracker.rounds() == {0, 1, 2, 3}


def test_another_process_finds_what_is_missing_by_asking(miniature: Miniature) -> None:
    for round in (0, 1):
        commit_round(miniature(), round)
    miniature().curves.follow(0)
    run = miniature()
    commit_round(run, 2)
    run.curves.catch_up(3)
    run.curves.catch_up(3)
    found = connect(run.services.tracking_uri).get_metric_history(
        run.services.tracker.run_id, "train/io_prediction/score"
    )
    assert [metric.step for metric in found] == [0, 1, 2]


def test_where_nothing_goes_on_without_it_it_is_waited_for_and_then_named(away: Path) -> None:
    uri = f"sqlite:///{away}/mlflow.db"
    with pytest.raises(UserError, match=f"MLflow at {uri} cannot be used"):
        wait_for(uri, seconds=0.5)
    away.unlink()
    wait_for(uri, seconds=0.5)
