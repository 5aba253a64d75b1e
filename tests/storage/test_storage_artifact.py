"""An artifact is attempted by many and committed once."""

import os
import shutil
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.errors import UserError
from astor.storage import (
    ArtifactRef,
    Attempt,
    DamagedError,
    committed,
    digest_bytes,
    digest_directory,
    find,
    known_digest,
    load,
    locate,
    remove,
)


def write(uri: str, text: str, made_from: dict[str, str] | None = None):
    with Attempt(uri, made_from or {}) as attempt:
        (attempt.part("letters", "Letter/1", count=len(text)) / "letters.txt").write_text(text)
        return attempt.commit()


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "store") if request.param == "local" else request.getfixturevalue("s3_prefix")


def test_what_was_committed_is_found_again_with_its_digest(root: str) -> None:
    written = write(f"{root}/a", "abc", {"source": "d1"})
    found = load(written.ref)
    assert (found.part("letters") / "letters.txt").read_text() == "abc"
    assert found.manifest.made_from == {"source": "d1"}
    assert found.manifest.parts["letters"].count == 3


def test_what_a_step_measured_stands_beside_what_it_committed(root: str) -> None:
    written = write(f"{root}/a", "abc")
    with Attempt(f"{root}/b") as attempt:
        (attempt.part("letters", "Letter/1", count=3) / "letters.txt").write_text("abc")
        measured = attempt.commit(measured={"hand_over_bytes": 9})
    assert measured.ref.digest == written.ref.digest
    assert load(measured.ref).manifest.measured == {"hand_over_bytes": 9.0}


def test_whoever_may_read_the_directory_may_read_the_files(tmp_path: Path) -> None:
    with Attempt(str(tmp_path / "a")) as attempt:
        written = attempt.part("weights", "Weights/1") / "model.safetensors"
        written.touch(mode=0o600)
        part = attempt.commit().part("weights")
    assert (part / written.name).stat().st_mode & 0o666 == part.stat().st_mode & 0o666


def test_the_first_commit_wins_and_the_second_is_handed_the_winner(root: str) -> None:
    first, second = write(f"{root}/a", "first"), write(f"{root}/a", "second")
    assert second.manifest.attempt == first.manifest.attempt
    assert (committed(f"{root}/a").part("letters") / "letters.txt").read_text() == "first"


def test_of_many_attempts_at_once_exactly_one_wins_and_all_agree_on_it(root: str) -> None:
    results: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(write(f"{root}/a", str(n)).manifest.attempt))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert len(set(results)) == 1


def test_an_attempt_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with Attempt(str(tmp_path / "a")) as attempt:
            (attempt.part("letters", "Letter/1") / "letters.txt").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert find(str(tmp_path / "a")) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_attempt_that_loses_leaves_nothing(tmp_path: Path) -> None:
    write(str(tmp_path / "a"), "first")
    before = sorted(tmp_path.rglob("*"))
    write(str(tmp_path / "a"), "second")
    assert sorted(tmp_path.rglob("*")) == before


def test_digests_cover_payload_only(tmp_path: Path) -> None:
    one, other = write(str(tmp_path / "a"), "same"), write(str(tmp_path / "b"), "same", {"source": "d"})
    assert one.ref.digest == other.ref.digest
    directory = one.part("letters")
    before = digest_directory(directory)
    (directory / "policy.json").write_text("{}")
    assert digest_directory(directory) == before


def test_a_missing_and_a_mistaken_artifact_are_named(root: str) -> None:
    with pytest.raises(UserError, match="Nothing was committed at"):
        committed(f"{root}/none")
    write(f"{root}/a", "abc")
    with pytest.raises(UserError, match="not the expected 0123"):
        load(ArtifactRef(f"{root}/a", "0123"))


def test_what_was_removed_is_gone_and_can_be_written_again(root: str) -> None:
    write(f"{root}/a", "old")
    remove(f"{root}/a")
    assert find(f"{root}/a") is None
    assert (write(f"{root}/a", "new").part("letters") / "letters.txt").read_text() == "new"


def test_a_payload_that_was_changed_is_refused_whenever_that_was(root: str) -> None:
    written = write(f"{root}/a", "abc")
    store, key = locate(f"{root}/a")
    file = f"{key}/{written.manifest.attempt}/letters/letters.txt"
    written.part("letters")
    store.remove(file)
    store.replace(file, b"xyz")
    if "://" in root:
        shutil.rmtree(os.environ["XDG_CACHE_HOME"])
    told = rf"^{root}/a is damaged \(letters.txt is not what was committed\): remove it and run again what made it"
    with pytest.raises(DamagedError, match=told):
        written.part("letters")
    with pytest.raises(DamagedError, match=told):
        committed(f"{root}/a").check()


def test_a_payload_that_is_gone_is_named(root: str) -> None:
    written = write(f"{root}/a", "abc")
    store, key = locate(f"{root}/a")
    store.remove(f"{key}/{written.manifest.attempt}/letters/letters.txt")
    with pytest.raises(DamagedError, match=r"a is damaged \(letters.txt is missing\)"):
        written.part("letters")


def test_what_is_left_out_is_not_checked(tmp_path: Path) -> None:
    written = write(str(tmp_path / "a"), "abc")
    (written.part("letters") / "letters.txt").unlink()
    written.part("letters", leave_out=".txt")


@given(place=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_no_bit_of_a_manifest_flips_unnoticed(place: int, bit: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        write(f"{directory}/a", "abc", {"source": "d1"})
        path = Path(directory) / "a" / "manifest.json"
        data = bytearray(path.read_bytes())
        data[place % len(data)] ^= 1 << bit
        path.write_bytes(data)
        with pytest.raises(DamagedError, match=r"a is damaged \(its manifest.json"):
            find(f"{directory}/a")


def test_a_file_is_read_once_as_long_as_it_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def read_it(path: Path) -> str:
        read.append(path)
        return digest_bytes(path.read_bytes())

    monkeypatch.setattr("astor.storage.digest.digest_file", read_it)
    file = tmp_path / "weights"
    file.write_text("abc")
    assert known_digest(file) == known_digest(file) == digest_bytes(b"abc")
    file.write_text("xyz!")
    assert known_digest(file) == digest_bytes(b"xyz!")
    assert read == [file, file]


@pytest.mark.parametrize("uri", ["gs://bucket/a", "s3://bucket"])
def test_a_place_of_another_kind_is_refused(uri: str) -> None:
    with pytest.raises(UserError, match="s3://"):
        find(uri)
