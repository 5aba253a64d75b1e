"""Readers of a file that is replaced find the old one or the new one, and nothing is left beside it."""

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from astor.storage import replacing


def test_a_file_appears_with_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "new" / "letter.txt"
    with replacing(path) as draft:
        draft.write_text("whole")
        assert not path.exists()
    assert [each.name for each in path.parent.iterdir()] == ["letter.txt"]
    assert path.read_text() == "whole"


def test_what_raises_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError), replacing(path) as draft, draft.open("w", encoding="ascii") as file:
        file.writelines(("half", "ä"))
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]
    assert path.read_text() == "old"


def test_two_who_write_at_once_do_not_share_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    with replacing(path) as first, replacing(path) as second:
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first", "it ended last"


def test_the_file_can_be_read_by_whom_every_new_file_can(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with replacing(tmp_path / "replaced") as draft:
        draft.touch()
    plain, replaced = (stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "replaced"))
    assert plain == replaced


def test_a_writer_that_is_killed_leaves_the_old_file_or_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("0" * 1_000_000)
    code = (
        "import itertools, pathlib, sys\nfrom astor.storage import replacing\n"
        "for number in itertools.cycle('123'):\n"
        "    with replacing(pathlib.Path(sys.argv[1])) as draft: draft.write_text(number * 1_000_000)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)]) as writer:
        while path.read_text()[0] == "0":
            time.sleep(0.01)
        for _ in range(100):
            assert len(set(path.read_text())) == 1
        writer.kill()
    text = path.read_text()
    assert (len(text), len(set(text))) == (1_000_000, 1)
