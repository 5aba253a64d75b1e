"""A policy that DeepSpeed trains and servers sample: between checkpoints it reaches them as files of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from astor.evaluation.report import render_report
from astor.registry.connection import connect
from astor.run.history import history_so_far
from tests.rollout.stand_in import python_with_stand_in

pytest.importorskip("deepspeed", reason="these tests need DeepSpeed: pip install 'astor-rl[deepspeed]'")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture
def run(miniature: Callable[..., Any], tmp_path: Path) -> Iterator[Any]:
    training = {
        "training.type": "deepspeed",
        "training.precision": "fp32",
        "training.processes": 2,
        "training.stage": 3,
    }
    rollout = {"type": "openai", "vllm_python": python_with_stand_in(tmp_path), "hand_over": "restart"}
    with miniature(rounds=3, rounds_per_segment=3, checkpoint_every=3, rollout=rollout, **training) as run:
        yield run


def test_every_round_is_sampled_from_the_policy_before_it_and_tells_what_bringing_it_took(run: Any) -> None:
    from astor.loop import post_train

    post_train(run)
    for round in range(3):
        rollout, update = (run.artifacts.committed(run.places.at("rounds", round, s)) for s in ("rollout", "update"))
        digests = {one.policy_digest for one in run.artifacts.read(rollout, "completions")}
        assert [digest.partition("+")[2] for digest in digests] == [str(round or "")]
        report = run.artifacts.read(update, "report")
        assert max(task.engine_difference for task in report.tasks.values()) < 1e-4
        given = run.hand_overs(round)
        assert given.times == (round > 0), "the first policy was given when it was evaluated"
        assert (given.seconds > 0) == (given.bytes > 1000) == (round > 0)
    page = render_report(history_so_far(run))
    assert "Servers were given policies 2 times in the rounds" in page
    assert "times in the evaluations" in page
    client, run_id = connect(run.services.tracking_uri), run.services.tracker.run_id
    for split, given in (("train", [False, True, True]), ("held_out", [True, True])):
        found = client.get_metric_history(run_id, f"{split}/all/hand_over_bytes")
        assert [metric.value > 0 for metric in found] == given
