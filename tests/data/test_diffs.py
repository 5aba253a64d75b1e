"""What is a header, and what a line, of diffs as they come."""

import difflib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.data.diffs import changed_files, why_nothing_changes

PAIR = "--- a/m.py\n+++ b/m.py\n"


def read(diff: str) -> list[tuple[str, list[str]]]:
    """Name and lines, with their signs, of each file."""
    return [(file.name, [line.signs + line.text for line in file.lines]) for file in changed_files(diff)]


def test_lines_that_look_like_headers_are_lines() -> None:
    diff = (
        "diff --git a/schema.sql b/schema.sql\n--- a/schema.sql\n+++ b/schema.sql\n"
        "@@ -1,4 +1,3 @@\n CREATE TABLE users;\n--- all users\n-SELECT 1;\n+++ count;\n@@ -9 +9 @@\n-x\n+y\n"
        "diff --git a/b.md b/b.md\n--- a/b.md\n+++ b/b.md\n@@ -1,2 +1,2 @@\n--- a/m.py\n+++ b/m.py\n  \n"
    )
    assert read(diff) == [
        ("schema.sql", ["--- all users", "-SELECT 1;", "+++ count;", "-x", "+y"]),
        ("b.md", ["--- a/m.py", "+++ b/m.py"]),
    ]


@given(
    *[st.lists(st.sampled_from(["-- x", "++ y", "", " ", "@@ -1 +1 @@", "diff --git a/x b/x", "\\", "a\x0cb\u2028c"]))]
    * 2
)
def test_what_difflib_removes_and_adds_is_read_again(old: list[str], new: list[str]) -> None:
    diff = list(difflib.unified_diff(old, new, "a/old file.py", "b/new.py", "2020-01-01", lineterm=""))
    edits = [(sign, line[1:]) for line in diff[2:] if (sign := line[0]) in "+-"]
    files = changed_files("\n".join([*diff, *diff]))
    assert [(line.signs, line.text) for file in files for line in file.lines] == edits * 2
    assert {file.name for file in files} <= {"new.py"}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("--- a/x y.py\t\n+++ b/x y.py\t", "x y.py"),
        ("--- x.py\t2020-01-01 10:00:00.0 +0100\n+++ x.py\t2020-01-02 10:00:00.0 +0100", "x.py"),
        ("--- x.py 2020-01-01 10:00:00\n+++ x.py 2020-01-02 10:00:00", "x.py"),
        ("diff -r 0a1 -r 0b2 x.py\n--- a/x.py\tThu Jan 01 00:00:00 1970 +0000\n+++ b/x.py\tFri Jan 02", "x.py"),
        ("Index: d/x.py\n=====\n--- d/x.py\t(revision 4)\n+++ d/x.py\t(working copy)", "d/x.py"),
        ("Index: d/x.py\n=====\n--- d/x.py (revision 4)\n+++ d/x.py (nonexistent)", "d/x.py"),
        ('--- "a/na\\303\\257ve \\"x\\".py"\n+++ "b/na\\303\\257ve \\"x\\".py"', 'naïve "x".py'),
        ("diff --git a/x.py b/x.py\ndeleted file mode 100644\n--- a/x.py\n+++ /dev/null", "x.py"),
        ("--- a/x.py\n+++ /dev/null\tThu Jan 01 00:00:00 1970 +0000", "x.py"),
        ("--- /dev/null\n+++ b/x.py", "x.py"),
        ("--- x.py\n+++ x.py", "x.py"),
        ("diff --git b/x.py b/x.py\n--- b/x.py\n+++ b/x.py", "b/x.py"),
        ("diff --git c/x.py c/x.py\n--- /dev/null\n+++ c/x.py", "c/x.py"),
        ("diff --git c/x.py w/x.py\n--- /dev/null\n+++ w/x.py", "x.py"),
        (
            "diff --git a/x.py b/y.py\nsimilarity index 90%\nrename from x.py\nrename to y.py\n--- a/x.py\n+++ b/y.py",
            "y.py",
        ),
        ("diff --cc x.py\nindex 1,2..3\n--- a/x.py\n+++ b/x.py", "x.py"),
        ("--- a/x.py\r\n+++ b/x.py\r", "x.py"),
    ],
)
def test_names_are_those_of_the_new_file_or_of_a_deleted_one(header: str, name: str) -> None:
    assert read(f"{header}\n@@ -1 +1 @@\n-x\n+y\n") == [(name, ["-x", "+y"])]


def test_a_merge_has_a_sign_for_each_parent() -> None:
    diff = "diff --cc a.py\n--- a/a.py\n+++ b/a.py\n@@@ -1,2 -1,2 +1,2 @@@\n  s = 0\n- x = 1\n -x = 2\n++x = 3\n"
    assert read(diff) == [("a.py", ["- x = 1", " -x = 2", "++x = 3"])]


@pytest.mark.parametrize(
    "body",
    [
        "@@ -1,2 +1,2 @@\n-x\n\\ No newline at end of file\n+y\n\n\\ No newline at end of file\n",
        "@@ -1 +1 @@\r\n-x\r\n+y\r\n",
        "@@ -1,40 +1,40 @@ cut short\n-x\n+y",
        "@@ -1 +1,0 @@ fewer than there are\n-x\n+y",
        "@@ -1 +1 @@\n-x\n+y\n-- \n2.39.5\n\nFrom 1 Mon Sep 17\n---\n m.py | 2 +-\n- no line\n",
        "@@ -1 +1 @@\n-x\n+y\n\nProperty changes on: m.py\n____\nAdded: svn:executable\n## -0,0 +1 ##\n+*\n",
        "@@ ... @@\n-x\n+y\n",
        "-x\n+y",
    ],
)
def test_a_body_may_be_odd(body: str) -> None:
    assert read(PAIR + body)[0] == ("m.py", ["-x", "+y"])


@pytest.mark.parametrize("diff", ["@@ -1 +1 @@\n-x\n+y\n", "-x\n+y"])
def test_headers_may_be_missing(diff: str) -> None:
    assert read(diff) == [("", ["-x", "+y"])]


@pytest.mark.parametrize(
    ("diff", "reason"),
    [
        (
            "diff --git a/l.png b/l.png\nBinary files a/l.png and b/l.png differ\n",
            "it changes no line, only binary files",
        ),
        ("diff --git a/l.png b/l.png\nnew file mode 100644\nGIT binary patch\nliteral 3\nKcmZ\n", "only binary files"),
        ("diff --git a/a.py b/b.py\nsimilarity index 100%\nrename from a.py\nrename to b.py\n", "only names"),
        ("diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n", "only modes"),
        ("diff --git a/e.py b/e.py\nnew file mode 100644\nindex 0000000..e69de29\n", "only empty files"),
        ("diff --git a/a b/a\nold mode 1\nnew mode 2\nBinary files a/a and b/a differ", "only binary files and modes"),
        (
            "*** a.c\n--- b.c\n***************\n*** 1 ****\n! x\n--- 1 ----\n! y\n- z\n",
            "its diff shows no changed line",
        ),
        ("1c1\n< x\n---\n> y\n", "its diff shows no changed line"),
        ("", "its diff shows no changed line"),
        (PAIR + "-x\n", ""),
    ],
)
def test_why_there_is_nothing_to_show_is_told(diff: str, reason: str) -> None:
    told = why_nothing_changes(changed_files(diff))
    assert told.endswith(reason)
    assert bool(told) is bool(reason)


@pytest.mark.parametrize(
    "header",
    [
        "diff --git " + "a " * 100_000 + "b",
        "--- a" + " " * 200_000 + "b\n+++ a" + " " * 200_000 + "b",
        "--- a" + " (revision" * 20_000 + "\n+++ a",
    ],
)
def test_a_long_header_takes_no_long_time(header: str) -> None:
    start = time.process_time()
    changed_files(header + "\n@@ -1 +1 @@\n-a\n+b\n")
    assert time.process_time() - start < 2, "it takes minutes where parts of it are tried twice"
