"""Commits in files whose lines belong together: as MCMD publishes them, `train.diff.txt`, `train.msg.txt` and more, and
CommitGen's data, `train.diff` and `train.msg`."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path

from astor.errors import UserError

COLUMNS = ("diff", "msg", "repo", "sha", "time")
_DIFFS = re.compile(r"(.+)\.diff(\.txt)?")


def columns(path: Path) -> dict[str, Path]:
    """Column → its file, where `path` is the file of diffs and that of messages lies beside it; else empty."""
    found = _DIFFS.fullmatch(path.name)
    if not found:
        return {}
    files = {column: path.with_name(f"{found[1]}.{column}{found[2] or ''}") for column in COLUMNS}
    there = {column: file for column, file in files.items() if file.is_file()}
    return there if {"diff", "msg"} <= there.keys() else {}


def read_parallel(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and columns of every line of the files that `columns` finds.

    A UserError names files of different lengths, and one that is not UTF-8.
    """
    files = columns(path)
    with ExitStack() as stack:
        opened = [stack.enter_context(file.open(encoding="utf-8", newline="\n")) for file in files.values()]
        try:
            for number, lines in enumerate(zip_longest(*opened), start=1):
                if None in lines:
                    short = list(files.values())[lines.index(None)]
                    raise UserError(f"{short} has {number - 1} lines and {path} more: fetch the files again.")
                yield number, dict(zip(files, lines, strict=True))
        except UnicodeDecodeError as error:
            raise UserError(f"A file beside {path} is not UTF-8 ({error}): save it in UTF-8.") from error
