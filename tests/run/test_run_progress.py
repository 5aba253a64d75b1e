"""Progress goes to the watched file, whole at every moment, or else to the log."""

import logging
from pathlib import Path

import pytest

from astor.run.progress import WATCHED, read_progress, report_progress


def test_a_watcher_reads_what_was_reported_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "progress.json"
    monkeypatch.setenv(WATCHED, str(file))
    assert read_progress(file) is None
    report_progress("rounds", 1, 4, "training score 0.5")
    report_progress("rounds", 2, 4)
    assert read_progress(file) == ("rounds", 2, 4, "")
    assert list(tmp_path.iterdir()) == [file], "nothing half-written is left beside it"


def test_where_nobody_watches_it_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.delenv(WATCHED, raising=False)
    with caplog.at_level(logging.INFO, logger="astor"):
        report_progress("initialise", 20, 60, "loss 5.46")
    assert caplog.messages == ["initialise 20/60 loss 5.46"]
