"""What a terminal shows while something runs, and that it is no more than a display."""

import io
import os
import time
from pathlib import Path

import pytest
from rich.console import Console

from astor.cli.display import BETWEEN, Display
from astor.run.progress import WATCHED, report_progress


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def wait_for(console: Console, words: str) -> None:
    deadline = time.monotonic() + 60
    while words not in shown(console):
        assert time.monotonic() < deadline, f"{words!r} is not in {shown(console)!r}"
        time.sleep(0.05)


def test_every_stage_is_shown_to_its_end_however_quick_it_was() -> None:
    console = Console(file=io.StringIO(), width=120)
    with Display(console):
        report_progress("quick", 0, 2)
        report_progress("quick", 2, 2, "score 0.5")
        report_progress("next", 0, 10)
        report_progress("next", 10, 10)
    assert "quick 2/2 score 0.5" in shown(console).splitlines()
    assert "next 10/10" in shown(console).splitlines()


def test_lines_tell_the_time_left() -> None:
    console = Console(file=io.StringIO(), width=120)
    with Display(console):
        report_progress("slow", 0, 10)
        wait_for(console, "slow 0/10")
        time.sleep(0.3)
        report_progress("slow", 1, 10)
        wait_for(console, " s left")


def test_something_moves_before_the_first_stage_and_between_two() -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    with Display(console):
        wait_for(console, BETWEEN)
        report_progress("a stage", 1, 1)
        wait_for(console, "a stage")
        console.file.truncate(0)
        console.file.seek(0)
        wait_for(console, BETWEEN)


def test_what_it_reads_is_gone_with_it_and_nothing_can_take_it_away(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    console = Console(file=io.StringIO(), width=120)
    with Display(console):
        assert not list(tmp_path.iterdir()), "what is killed leaves nothing behind"
        report_progress("rounds", 1, 4)
        wait_for(console, "rounds 1/4")
    assert WATCHED not in os.environ


def test_where_it_has_no_place_it_says_so_and_the_work_goes_on(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    console = Console(file=io.StringIO(), width=120)
    with Display(console):
        report_progress("rounds", 1, 4)
    assert "No progress is shown: No such file or directory." in shown(console)


@pytest.mark.parametrize("goes_on", [True, False])
def test_who_interrupts_is_told_that_the_same_command_goes_on(goes_on: bool) -> None:
    console = Console(file=io.StringIO(), width=120)
    with pytest.raises(KeyboardInterrupt), Display(console, goes_on):
        raise KeyboardInterrupt
    assert ("the same command goes on" in shown(console)) == goes_on
