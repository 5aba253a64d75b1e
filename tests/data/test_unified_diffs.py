"""Diffs made of contents, and taken out of letters."""

import subprocess
from pathlib import Path

import pytest

from astor.data.unified_diffs import hunks, unpacked, with_names

DIFF = "diff --git a/m.py b/m.py\n--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [("a\nb\nc", "a\nB\nc"), ("a\n", "a"), ("a", "a\n"), ("a\x0cb\r\nc\n", "a\x0cb\nc\n"), ("-- a\n", "++ b\n")],
)
def test_git_applies_what_is_made_of_contents(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "m").write_bytes(old.encode())
    diff = with_names("m", "m", hunks(old, new))
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "m").read_bytes() == new.encode()


def test_what_is_not_there_has_no_name() -> None:
    assert with_names(None, "m", hunks("", "x\n")) == "--- /dev/null\n+++ b/m\n@@ -0,0 +1 @@\n+x\n"
    assert with_names("m", None, hunks("x\n", "")) == "--- a/m\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    assert with_names("m", "n", hunks("x\n", "x\n")) == "rename from m\nrename to n\n"
    assert with_names("m", "m", "") == ""


def test_a_diff_that_travelled_with_crlf_is_read_with_lf() -> None:
    assert unpacked(DIFF.replace("\n", "\r\n")) == DIFF
    of_crlf = DIFF.replace("x = 2\n", "x = 2\r\n")
    assert unpacked(of_crlf) == of_crlf


@pytest.mark.parametrize(
    "letter",
    [
        "From ab12cd34 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] Raise x\n\n- it was low\n---\n m.py | 2 +-\n\n",
        "commit ab12cd34\nAuthor: A <a@x>\n\n    Raise x\n\n",
        "# HG changeset patch\n# User A\n\nRaise x\n\n",
    ],
)
def test_the_message_before_a_diff_is_no_part_of_it(letter: str) -> None:
    assert unpacked(letter + DIFF) == DIFF
