"""Commits as JSONL, and mined from a repository's history."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from astor.data.commits import CommitsOptions, CommitsSource, first_file, human_part
from astor.data.git import GitOptions, GitSource
from astor.data.splits import SplitOptions
from astor.errors import UserError
from astor.records import Commit, Item

DIFF = "diff --git a/m.py b/m.py\n--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"


def git(repository: Path, *arguments: str) -> None:
    identity = {f"GIT_{who}_{what}": "someone@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "-C", str(repository), *arguments], env=environment, check=True, capture_output=True)


def commit(repository: Path, message: str, **files: str | bytes) -> None:
    for name, content in files.items():
        path = repository / name.replace("_py", ".py").replace("_txt", ".txt")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    git(repository, "add", ".")
    git(repository, "commit", "--allow-empty", "-m", message)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    path.mkdir()
    git(path, "init", "-b", "main")
    return path


def mine(path: Path) -> tuple[GitSource, list[Item]]:
    source = GitSource(GitOptions(path=path, licence="MIT", most_lines=4), SplitOptions())
    return source, list(source.items())


def content_of(item: Item) -> Commit:
    assert isinstance(item.content, Commit)
    return item.content


def test_small_commits_of_python_are_mined(repository: Path) -> None:
    commit(repository, "Begin with one number", a_py="x = 1\n")
    commit(repository, "Raise the number\n\nIt was low.\n\nSigned-off-by: Me <me@x>", a_py="x = 2\n")
    source, items = mine(repository)
    last, first = map(content_of, items)
    assert last.message == "Raise the number\n\nIt was low."
    assert last.diff.startswith("diff --git a/a.py b/a.py\n")
    assert last.diff.endswith("@@ -1 +1 @@\n-x = 1\n+x = 2")
    assert (first.repository, items[0].source, items[0].licence) == ("project", "project", "MIT")
    assert items[0].structural_hash == items[1].structural_hash, "they touch the same file"
    assert source.left_out.total() == 0


def test_a_message_may_say_anything_and_a_bare_clone_is_read(repository: Path, tmp_path: Path) -> None:
    commit(repository, "diff --git a/x b/y\n\ncommit 0000\n--- a", a_py="x = 'é'\n")
    git(tmp_path, "clone", "--bare", "project", "bare.git")
    (item,) = mine(tmp_path / "bare.git")[1]
    assert content_of(item).message == "diff --git a/x b/y\n\ncommit 0000\n--- a"
    assert content_of(item).repository == "bare"


def test_other_commits_are_counted_by_reason(repository: Path) -> None:
    commit(repository, "Add many lines here", a_py="x = 1\n" * 9)
    commit(repository, "Change another file too", a_py="x = 2\n" + "x = 1\n" * 8, b_txt="b\n")
    commit(repository, "Fix it", a_py="x = 3\n" + "x = 1\n" * 8)
    commit(repository, 'Revert "Fix it"', a_py="x = 2\n" + "x = 1\n" * 8)
    commit(repository, "Write in another encoding", c_py=b"x = '\xe9'\n")
    commit(repository, "Touch nothing of Python", b_txt="c\n")
    source, items = mine(repository)
    assert not items
    assert source.left_out == {
        "it changes too much": 1,
        "it changes other files than Python": 1,
        "its message has fewer than three words": 1,
        "its message is of a revert, a merge or a release": 1,
        "it is no UTF-8": 1,
    }


def test_commits_without_a_changed_line_are_left_out_of_a_history(repository: Path) -> None:
    commit(repository, "Begin with one number", a_py="x = 1\n", é_py="-- x\n")
    commit(repository, "Add an empty module here", e_py="")
    git(repository, "mv", "a.py", "b.py")
    (repository / "b.py").chmod(0o755)
    commit(repository, "Make it a program now", c_py="-- y\n")
    commit(repository, "Draw the logo of it", l_py=b"x\0")
    source, items = mine(repository)
    assert [content_of(item).message for item in items] == ["Make it a program now", "Begin with one number"]
    assert source.left_out == {"it changes no line, only empty files": 1, "it changes other files than Python": 1}


def test_lines_that_look_like_headers_count_as_lines_of_a_history(repository: Path) -> None:
    commit(repository, "Begin with a text", q_py="x = '''\n-- a\n-- b\n-- c\n-- d\n'''\n")
    commit(repository, "Take the text away", q_py="x = 1\n")
    source, items = mine(repository)
    assert not items
    assert source.left_out == {"it changes too much": 2}


def test_settings_of_the_repository_run_nothing(repository: Path, tmp_path: Path) -> None:
    commit(repository, "Begin with one number", a_py="x = 1\n")
    touch = f"touch {tmp_path / 'ran'}; true"
    for key in ("diff.external", "core.fsmonitor", "core.pager", "gpg.program", "diff.python.textconv"):
        git(repository, "config", key, touch)
    git(repository, "config", "log.showSignature", "true")
    (repository / ".gitattributes").write_text("*.py diff=python\n")
    assert len(mine(repository)[1]) == 1
    assert not (tmp_path / "ran").exists()


def test_what_is_no_repository_of_python_is_named(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot be read as a git repository .*does not have any commits"):
        mine(repository)
    commit(repository, "Begin with a text", b_txt="b\n")
    with pytest.raises(UserError, match="has no commit that touches a Python file"):
        mine(repository)
    with pytest.raises(UserError, match="cannot be read as a git repository"):
        mine(tmp_path)


def test_lines_of_commits_are_read(tmp_path: Path) -> None:
    lines = [
        {"repo": "someone/else", "sha": "ab12", "license": "MIT", "message": "Raise x\r\n", "diff": DIFF, "date": ""},
        {"message": "Raise x", "diff": DIFF},
        {"message": " \n", "diff": DIFF},
        {"message": "Draw the logo", "diff": "diff --git a/l.png b/l.png\nBinary files a/l.png and b/l.png differ\n"},
        {"message": "Move the module", "diff": "diff --git a/a b/b\nrename from a\nrename to b\n"},
        {"message": "Say nothing", "diff": " "},
    ]
    path = tmp_path / "commits.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    source = CommitsSource(CommitsOptions(path=path, licence="CC0-1.0"), SplitOptions())
    one, two = source.items()
    assert (one.id, one.licence, content_of(one).message) == ("someone/else@ab12", "MIT", "Raise x")
    assert (two.id, two.licence) == ("commits@2", "CC0-1.0")
    assert source.left_out == {
        "it has no message": 1,
        "it changes no line, only binary files": 1,
        "it changes no line, only names": 1,
        "it has no diff": 1,
    }


def test_each_deleted_file_is_a_structure_of_its_own() -> None:
    diffs = [f"--- a/{name}\n+++ /dev/null\t1970-01-01 00:00:00\n@@ -1 +0,0 @@\n-x = 1\n" for name in ("a.py", "b.py")]
    one, two = (first_file("own/app", diff) for diff in diffs)
    assert one != two
    assert first_file("own/app", "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n+y\n") == one


@pytest.mark.parametrize(
    ("message", "human"),
    [
        ("Fix it\n\nCo-authored-by: A <a@x>\nChange-Id: I12", "Fix it"),
        ("Signed-off-by: A <a@x>", "Signed-off-by: A <a@x>"),
        ("Fix: keep\n\nFixes: #12\nmore", "Fix: keep\n\nFixes: #12\nmore"),
    ],
)
def test_trailers_are_taken_off(message: str, human: str) -> None:
    assert human_part(message) == human


def test_the_real_commits_are_read(shared_data: Path) -> None:
    options = CommitsOptions(path=shared_data / "commits" / "commits.train.jsonl")
    items = list(CommitsSource(options, SplitOptions()).items())
    assert len({item.id for item in items}) == len(items) == 1574
