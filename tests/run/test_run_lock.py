"""One command works on a run at a time, and others can see that it does without writing anything."""

from pathlib import Path

import pytest

from astor.errors import UserError
from astor.run.lock import LockedError, alone, is_held
from astor.run.places import names_below
from astor.storage import locate


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


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astor.run.lease.BEAT", 0.2)
    monkeypatch.setattr("astor.run.lease.SILENCE", 5.0)


@pytest.mark.usefixtures("quick")
def test_one_command_at_a_time_works_on_a_run_in_a_bucket(s3_prefix: str, capsys: pytest.CaptureFixture[str]) -> None:
    uri = f"{s3_prefix}/runs/a"
    with alone(uri):
        with pytest.raises(LockedError, match=rf"works on {uri}: wait for it, or end it"), alone(uri):
            pass
        assert f"warning: {uri}.lock is there: this command goes on in 5 seconds unless" in capsys.readouterr().err
    with alone(uri):
        pass
    assert not names_below(f"{s3_prefix}/runs"), "nothing is left of it"


@pytest.mark.usefixtures("quick")
def test_who_was_killed_locks_nobody_out_of_a_bucket(s3_prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = f"{s3_prefix}/runs/a"
    store, key = locate(f"{uri}.lock")
    store.create(key, b"written by somebody who was killed")
    monkeypatch.setattr("astor.run.lease.SILENCE", 0.5)
    with alone(uri):
        pass
