"""Commits in the forms of the data sets that hold them, and in none."""

import json
from pathlib import Path

import pytest

from astor.data.commits import CommitsSource
from astor.data.formats import open_source
from astor.errors import UserError
from astor.records import Commit, Item

DIFF = "diff --git a/m.py b/m.py\n--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
COMMIT_BENCH = {
    "hash": "ab12",
    "diff": DIFF,
    "message": "Raise x",
    "project": "own/app",
    "split": "train",
    "diff_languages": "py",
}
COMMIT_CHRONICLE = {
    "author": 7,
    "date": "01.02.2020 10:00:00",
    "timezone": 0,
    "hash": "ab12",
    "message": "Raise x",
    "mods": [
        {"change_type": "MODIFY", "old_path": "m.py", "new_path": "m.py", "diff": "@@ -1 +1 @@\n-x = 1\n+x = 2\n"},
        {"change_type": "ADD", "old_path": None, "new_path": "n.py", "diff": "@@ -0,0 +1 @@\n+++ n"},
        {"change_type": "DELETE", "old_path": "o.py", "new_path": None, "diff": "@@ -1 +0,0 @@\n--- o\n"},
        {"change_type": "RENAME", "old_path": "p.py", "new_path": "q.py", "diff": ""},
    ],
    "language": "Python",
    "license": "MIT",
    "repo": "own/app",
    "original_message": "Raise x (#1)",
}
COMMIT_PACK = {
    "commit": "ab12",
    "old_file": "m.py",
    "new_file": "m.py",
    "old_contents": "x = 1\n",
    "new_contents": "x = 2",
    "subject": "Raise x",
    "message": "Raise x\n",
    "lang": "Python",
    "license": "mit",
    "repos": "own/app,fork/app",
}
MCMD = {
    "diff_id": 3,
    "repo": "own/app\n",
    "sha": "ab12\n",
    "time": "2014-11-13T18:25:46Z\n",
    "diff": "mmm a / d / m . py <nl> ppp b / d / m . py <nl> def f ( ) : <nl> - x = 1 <nl> + x = 2 <nl>\n",
    "msg": "Raise x\n",
}


def read(path: Path, *records: dict[str, object], format: str = "auto") -> tuple[CommitsSource, list[Item]]:
    """The records as one file, its format told from them where it is not given."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    source = open_source(str(path), format)
    assert isinstance(source, CommitsSource)
    return source, list(source.items())


@pytest.mark.parametrize(
    ("record", "form", "licence", "diff", "unread"),
    [
        (COMMIT_BENCH, "CommitBench", "unknown", DIFF, {"split", "diff_languages"}),
        (
            COMMIT_CHRONICLE,
            "CommitChronicle",
            "MIT",
            "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
            "--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+++ n\n"
            "--- a/o.py\n+++ /dev/null\n@@ -1 +0,0 @@\n--- o\n"
            "rename from p.py\nrename to q.py\n",
            {"author", "date", "timezone", "language", "original_message"},
        ),
        (
            COMMIT_PACK,
            "CommitPackFT",
            "mit",
            "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n\\ No newline at end of file\n",
            {"subject", "lang"},
        ),
        (
            MCMD,
            "MCMD, diff restored from tokens",
            "unknown",
            "--- a/d/m.py\n+++ b/d/m.py\n def f ( ) :\n-x = 1\n+x = 2\n",
            {"diff_id", "time"},
        ),
        (
            {"diff": DIFF, "message": "Raise x", "repo": "own/app", "sha": "ab12"},
            "diff and message",
            "unknown",
            DIFF,
            set(),
        ),
    ],
)
def test_a_form_is_told_from_its_columns(
    tmp_path: Path, record: dict[str, object], form: str, licence: str, diff: str, unread: set[str]
) -> None:
    source, (item,) = read(tmp_path / "mine.jsonl", record)
    assert item.content == Commit(diff=diff, message="Raise x", repository="own/app")
    assert (item.id, item.licence) == ("own/app@ab12", licence)
    assert source.forms == {form: 1}
    assert source.unread.keys() == unread


@pytest.mark.parametrize("record", [COMMIT_BENCH, COMMIT_CHRONICLE, COMMIT_PACK, MCMD])
def test_commits_of_different_repositories_have_different_structures(tmp_path: Path, record: dict[str, object]) -> None:
    (column,) = record.keys() & {"project", "repo", "repos"}
    other = record | {column: "other/server", "diff_id": 4}
    one, two = read(tmp_path / "mine.jsonl", record, other)[1]
    assert one.structural_hash != two.structural_hash


def test_null_is_not_there(tmp_path: Path) -> None:
    nothing = dict.fromkeys(["repo", "license", "mods", "old_contents", "msg", "date"])
    source, (item,) = read(
        tmp_path / "mine.jsonl",
        COMMIT_BENCH | nothing,
        COMMIT_BENCH | {"message": None},
        COMMIT_BENCH | {"diff": None},
        format="commits",
    )
    assert (item.id, item.licence) == ("own/app@ab12", "unknown")
    assert source.left_out == {"it has no message": 1, "it has no diff": 1}
    assert source.unread.keys() == {"split", "diff_languages"}


def test_a_commit_without_a_repository_is_named_after_its_file(tmp_path: Path) -> None:
    (item,) = read(tmp_path / "mine.jsonl", COMMIT_PACK | {"repos": None, "commit": None})[1]
    assert item.id == "mine@1"


def test_files_whose_lines_belong_together_are_read(tmp_path: Path) -> None:
    for column in ("diff", "msg", "repo", "sha", "time"):
        (tmp_path / f"train.{column}.txt").write_text(str(MCMD[column]) * 2)
    source = open_source(str(tmp_path / "train.diff.txt"))
    one, two = source.items()
    assert one == two
    assert (one.id, one.content.message) == ("own/app@ab12", "Raise x")
    assert source.unread == {"time": 2}
    with (tmp_path / "train.diff.txt").open("a") as file:
        file.write("mmm")
    with pytest.raises(UserError, match=r"train\.msg\.txt has 2 lines and .*train\.diff\.txt more"):
        list(source.items())
    (tmp_path / "train.msg.txt").write_bytes(b"\xff")
    with pytest.raises(UserError, match="is not UTF-8"):
        list(source.items())


def test_a_column_of_another_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 1: field 'CommitChronicle\.mods' is 'none': give a list"):
        read(tmp_path / "mine.jsonl", COMMIT_CHRONICLE | {"mods": "none"})
