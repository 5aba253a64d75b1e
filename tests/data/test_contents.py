"""What lies at a path is known by its name and bytes, wherever it lies."""

import shutil
import subprocess
from pathlib import Path

import pytest

from astor.data.catalogue import source_classes
from astor.data.contents import digest_place
from astor.data.splits import SplitOptions
from astor.errors import UserError


def identity(type_: str, path: Path) -> dict[str, object]:
    source = source_classes()[type_]
    return source(source.options_type.model_validate({"type": type_, "path": path}), SplitOptions()).identity()


def test_a_file_is_the_same_elsewhere_and_another_once_it_changed(tmp_path: Path) -> None:
    file, other = tmp_path / "a" / "data.jsonl", tmp_path / "b" / "data.jsonl"
    for each in (file, other):
        each.parent.mkdir()
        each.write_text("{}")
    assert identity("jsonl", file) == identity("jsonl", other)
    other.write_text("{ }")
    assert identity("jsonl", file) != identity("jsonl", other)


def test_another_name_is_another_source(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text("{}")
    assert digest_place(tmp_path / "a.jsonl") != digest_place(tmp_path / "b.jsonl"), "items are called after it"


def test_of_modules_the_python_files_count_alone(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("x = 1")
    before = identity("doctests", tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "m.pyc").write_text("")
    assert identity("doctests", tmp_path) == before
    (tmp_path / "m.py").write_text("x = 2")
    assert identity("doctests", tmp_path) != before


def test_of_a_repository_its_history_counts_alone(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", tmp_path / "here", *who, *arguments], check=True, capture_output=True)

    (tmp_path / "here").mkdir()
    git("init")
    git("commit", "--allow-empty", "-m", "one")
    before = identity("git", tmp_path / "here")
    (tmp_path / "here" / "new.py").write_text("")
    assert identity("git", tmp_path / "here") == before
    git("commit", "--allow-empty", "-m", "two")
    assert identity("git", tmp_path / "here") != before


def test_what_is_not_there_is_known_by_its_path(tmp_path: Path) -> None:
    assert digest_place(tmp_path / "none.jsonl") == ""
    assert identity("jsonl", tmp_path / "none.jsonl")["path"] == str(tmp_path / "none.jsonl")
    with pytest.raises(UserError, match="cannot be read as a git repository"):
        identity("git", tmp_path / "none")


def test_of_a_prepared_directory_the_manifest_counts_wherever_it_lies(s3_prefix: str, tmp_path: Path) -> None:
    from astor.storage import locate

    (tmp_path / "out" / "items").mkdir(parents=True)
    (tmp_path / "out" / "manifest.json").write_text("{}")
    store, key = locate(f"{s3_prefix}/out")
    store.replace(f"{key}/manifest.json", b"{}")
    assert digest_place(tmp_path / "out") == digest_place(f"{s3_prefix}/out")
    shutil.copytree(tmp_path / "out", tmp_path / "copy")
    assert digest_place(tmp_path / "copy") == digest_place(tmp_path / "out")
