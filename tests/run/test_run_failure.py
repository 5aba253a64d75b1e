"""A failing step ends its log with one sentence for people, below the traceback for programmers."""

import subprocess
import sys

import pytest

from astor.run.failure import MARK, find_failure

FAIL = "from astor.errors import UserError; from astor.run.failure import tell_failure; tell_failure(); "


def log_of(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", FAIL + code], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    return done.stderr.splitlines()


def test_a_mistake_of_several_lines_is_told_in_one() -> None:
    *_, last = log_of(r"raise UserError('The file\n  x.jsonl\nis empty.')")
    assert last == f"{MARK}The file x.jsonl is empty."


def test_a_full_disk_is_told() -> None:
    *_, last = log_of("open('/dev/full', 'w').write('x' * 100_000)")
    assert last.startswith(f"{MARK}The disk is full at ")


def test_an_error_of_ours_is_not_told_to_people() -> None:
    assert not any(MARK in line for line in log_of("raise KeyError('x')"))


@pytest.mark.parametrize(
    ("line", "found"),
    [(f"    {MARK}No [red] items. \n", "No [red] items."), ("astor.errors.UserError: x", None), ("", None)],
)
def test_the_sentence_is_found_in_an_indented_log(line: str, found: str | None) -> None:
    assert find_failure(line) == found
