"""One command works on a run at a time, and others can see that it does without writing anything."""

from pathlib import Path

import pytest

from astor.errors import UserError
from astor.run.lock import LockedError, alone, is_held


def test_a_lock_is_seen_while_it_is_held(tmp_path: Path) -> None:
    uri = str(tmp_path / "runs" / "a")
    assert not is_held(uri)
    assert not list(tmp_path.iterdir()), "looking makes nothing"
    with alone(uri):
        assert is_held(uri)
        with (
            pytest.raises(LockedError, match=r"works on .*/runs/a: wait for it, or end it"),
            alone(uri),
        ):
            pass
    assert not is_held(uri)


def test_a_lock_that_was_removed_with_its_run_locks_nobody_out(tmp_path: Path) -> None:
    uri = str(tmp_path / "runs" / "a")
    with alone(uri):
        Path(f"{uri}.lock").unlink()
        with alone(uri):
            assert is_held(uri)


def test_a_store_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = r"The store .*/file cannot be written \(Not a directory\)"
    with pytest.raises(UserError, match=told), alone(f"{tmp_path}/file/runs/a"):
        pass


def test_a_remote_store_has_no_locks() -> None:
    with alone("s3://bucket/prefix/runs/a"), alone("s3://bucket/prefix/runs/a"):
        pass
