"""What is told to people in a sentence, and what keeps its traceback."""

import errno
from pathlib import Path

import pytest

from astor.errors import UserError, explain


def test_a_mistake_is_told_on_one_line() -> None:
    assert explain(UserError("No recipe\n  x.yaml.")) == "No recipe x.yaml."


@pytest.mark.parametrize(
    ("error", "where"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "store/runs"), "store/runs"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "store/runs"), "store/runs"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "the store"),
    ],
)
def test_a_full_disk_is_known_by_its_words(error: Exception, where: str) -> None:
    assert explain(error) == f"The disk is full at {where}: make room and run the same command again, it continues."


def test_a_full_disk_is_found_below_what_was_made_of_it() -> None:
    mistake = UserError("MLflow cannot be used.")
    mistake.__cause__ = RuntimeError("(sqlite3.OperationalError) database or disk is full")
    assert explain(mistake).startswith("The disk is full")


def test_a_mistake_that_is_its_own_cause_is_told_all_the_same() -> None:
    mistake = UserError("Engine and trainer disagree.")
    mistake.__cause__ = mistake
    assert explain(mistake) == "Engine and trainer disagree."


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory") as refused:
        (tmp_path / "file" / "below").write_text("x")
    assert explain(refused.value).startswith(f"{tmp_path}/file/below cannot be used (Not a directory)")


@pytest.mark.parametrize("error", [KeyError("x"), FileNotFoundError(errno.ENOENT, "No such file", "x"), OSError("x")])
def test_an_error_of_ours_is_none_for_people(error: Exception) -> None:
    assert explain(error) is None


def test_passwords_are_not_told() -> None:
    told = explain(UserError("MLflow at http://me:s3cret@host cannot be used."))
    assert told == "MLflow at http://me:***@host cannot be used."
