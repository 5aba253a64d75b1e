"""A directory that is written anew holds the old items or all of the new ones, whenever the writer is killed."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from prepared_items import files, names, open_prepared, write

from astor.data.prepared import Notes, Writer, read_manifest
from astor.records import Item, Message

KILLED = """
import os, signal, sys
from astor.data.prepared import Writer, read_manifest
from astor.storage.store import LocalStore

def dying(method):
    def act(*arguments):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return method(*arguments)
    return act

directory, left = sys.argv[1], int(sys.argv[2])
LocalStore.replace, LocalStore.remove = dying(LocalStore.replace), dying(LocalStore.remove)
writer = Writer(directory)
harder = lambda item: item.model_copy(update={"difficulty": 5})
writer.finish(writer.rewrite(read_manifest(directory), harder, lambda items: {}))
"""


@pytest.fixture(params=["local", "s3"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"{tmp_path if request.param == 'local' else request.getfixturevalue('s3_prefix')}/out"


def without_b(item: Item) -> Item | str:
    return "it times out on its own tests" if item.id == "b" else item


def test_a_manifest_sums_its_parts_and_what_the_reader_left_out(directory: str) -> None:
    manifest = write(directory, "ab", "c")
    assert read_manifest(directory) == manifest
    assert (manifest.read, manifest.kept, manifest.dropped) == (9, 3, {"it has no tests": 3})
    assert (manifest.prompts, manifest.licences) == ({"unit_tests": 3}, {"MIT": 3})


def test_items_go_and_are_counted_by_reason(directory: str) -> None:
    writer, before = Writer(directory), write(directory, "ab", "c")
    writer.finish(writer.rewrite(before, without_b, lambda items: {"commit_message": len(items)}))
    found = open_prepared(directory)
    assert names(directory) == "ac"
    assert (found.manifest.read, found.manifest.kept, found.trusted) == (9, 2, False)
    assert found.manifest.dropped == {"it has no tests": 3, "it times out on its own tests": 1}
    assert [part.dropped_ids for part in found.manifest.parts] == [{"it times out on its own tests": ("b",)}, {}]
    assert found.manifest.prompts == {"commit_message": 1, "unit_tests": 1}
    assert found.manifest.parts[0].licences == {"MIT": 1}
    assert found.manifest.parts[1] == before.parts[1], "nothing of it went"


def test_what_the_manifest_no_longer_names_goes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    writer, before = Writer(str(tmp_path)), write(tmp_path, "ab", "c")
    Notes(str(tmp_path), "0" * 64).write("00000", Message(role="user", content="unfinished"))
    for name in ("part-00000-0123abcd.jsonl", ".part-00000.jsonl-half", "photograph", "part-notes.txt"):
        (tmp_path / "items" / name).touch()
    changed = writer.finish(writer.rewrite(before, without_b, lambda items: {}))
    assert files(tmp_path) == {"manifest.json", "items/photograph", "items/part-notes.txt", *changed.files}
    assert not (tmp_path / "work").exists()
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").touch()
    writer.finish(changed)
    assert (tmp_path / "work" / "thesis.txt").exists()


@pytest.mark.parametrize("acts", range(7))
def test_a_writer_that_is_killed_leaves_the_old_items_or_the_new_ones(tmp_path: Path, acts: int) -> None:
    write(tmp_path, "ab", "c")
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(acts)])
    assert done.returncode == (-signal.SIGKILL if acts < 6 else 0), "two parts, the manifest, two old parts, the notes"
    difficulties = [item.difficulty for item in open_prepared(tmp_path).items()]
    assert difficulties == ([0, 0, 0] if acts < 3 else [5, 5, 5])
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), "100"], check=True)
    assert files(tmp_path) == {"manifest.json", *read_manifest(str(tmp_path)).files}
    assert json.loads((tmp_path / "manifest.json").read_text())["kept"] == 3
