"""Progress goes to the watched file, whole at every moment, or else to the log."""

import logging
from pathlib import Path

import pytest

from astor.run.progress import WATCHED, read_progress, report_progress


def test_a_watcher_reads_the_latest_stages_as_they_were_last_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "progress.json"
    monkeypatch.setenv(WATCHED, str(file))
    monkeypatch.setattr("astor.run.progress._stages", {})
    assert read_progress(file) == []
    report_progress("prepare", 9, 9)
    report_progress("rounds", 0, 4, "training score 0.5")
    report_progress("rounds", 4, 4)
    assert read_progress(file) == [("prepare", 9, 9, ""), ("rounds", 4, 4, "")]
    assert list(tmp_path.iterdir()) == [file], "nothing half-written is left beside it"
    for number in range(20):
        report_progress(f"stage {number}" + "ü" * 999, 0, 1, "ü" * 999)
    assert read_progress(file)[-1][0].startswith("stage 19")


def test_a_watcher_that_is_gone_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (tmp_path / "removed" / "progress.json", Path("/proc/999999999/fd/3"), tmp_path):
        monkeypatch.setenv(WATCHED, str(place))
        report_progress("rounds", 0, 4)
        assert read_progress(place) == []
    assert not list(tmp_path.iterdir())


def test_a_stage_may_report_as_often_as_it_likes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "progress.json"
    monkeypatch.setenv(WATCHED, str(file))
    for done in range(1000):
        report_progress("often", done, 1000)
    assert read_progress(file)[-1][1] < 999
    report_progress("often", 1000, 1000)
    assert read_progress(file)[-1] == ("often", 1000, 1000, "")


def test_where_nobody_watches_it_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.delenv(WATCHED, raising=False)
    with caplog.at_level(logging.INFO, logger="astor"):
        report_progress("initialise", 20, 60, "loss 5.46")
    assert caplog.messages == ["initialise 20/60 loss 5.46"]
