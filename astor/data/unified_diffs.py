"""Unified diffs, made of what data sets have: two texts, hunks and names, a letter with a patch."""

import difflib
import re
from itertools import islice

from astor.data.diffs import NOWHERE

_LETTER = re.compile(r"From [0-9a-f]{7,40} |commit [0-9a-f]{7,40}\b|# HG changeset patch")
"""How the output of git format-patch, git show and hg export begins, which tells the message before the diff."""
_START = re.compile(r"^(diff -|Index: |--- .+\n\+\+\+ )", re.MULTILINE)


def hunks(old: str, new: str) -> str:
    """The hunks of a diff between two texts, three lines around each change, as git writes them; empty for equals."""
    lines = difflib.unified_diff(_lines(old), _lines(new))
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in islice(lines, 2, None)
    )


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def with_names(old: str | None, new: str | None, hunks: str) -> str:
    """The diff of one file, which is not there where its name is None; without hunks what says that it is renamed."""
    if hunks:
        names = f"--- {f'a/{old}' if old else NOWHERE}\n+++ {f'b/{new}' if new else NOWHERE}\n"
        return names + hunks.removesuffix("\n") + "\n"
    return f"rename from {old}\nrename to {new}\n" if old != new else ""


def unpacked(diff: str) -> str:
    r"""A diff without the letter before it, and with `\n` where every line has `\r\n`, as git's headers never do."""
    if diff.count("\r\n") == diff.count("\n"):
        diff = diff.replace("\r\n", "\n")
    start = _START.search(diff) if _LETTER.match(diff) else None
    return diff[start.start() :] if start else diff
