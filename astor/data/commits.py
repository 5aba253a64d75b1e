"""Commits of data sets, in the forms of `astor.data.commit_forms`."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from astor.data.commit_forms import RECORDS, Record
from astor.data.contents import digest_paths
from astor.data.diffs import changed_files, why_nothing_changes
from astor.data.lines import read_lines
from astor.data.parallel_lines import columns, read_parallel
from astor.data.source import Source
from astor.options import Options
from astor.records import Commit, Item
from astor.storage import digest_bytes

_TRAILER = re.compile(r"([A-Z][\w-]*-by|Cc|Change-Id|git-svn-id|Fixes|Closes|Refs|Reviewed-on|BUG|Bug): ?\S.*")
"""A line that programs write, or that names people."""


class CommitsOptions(Options):
    """Where the file lies."""

    type: Literal["commits"] = "commits"
    path: Path
    """A file of records in one of the forms that `docs/data.md` has for commits."""
    licence: str = "unknown"
    """Licence of records that name none, as an SPDX identifier."""


class CommitsSource(Source):
    """The commits of one file that change a line and have a message; lines that programs add to it are taken off.

    Commits that touch the same file first, in the same repository, share a split.
    """

    options_type = CommitsOptions
    options: CommitsOptions

    def contents(self) -> str:
        """With the files of the other columns, where each has one."""
        path = self.options.path
        return digest_paths(path.parent, files.values()) if (files := columns(path)) else super().contents()

    def items(self) -> Iterator[Item]:
        self.left_out, self.forms, self.unread = Counter(), Counter(), Counter()
        for number, record in self._records():
            self.forms[record.form] += 1
            self.unread.update(record.unread)
            diff, message = record.unified(), human_part(record.message)
            if reason := unusable(message, diff):
                self.left_out[reason] += 1
                continue
            yield Item(
                id=f"{record.repository or self.options.path.stem}@{record.sha or number}",
                content=Commit(diff=diff, message=message, repository=record.repository),
                source=self.options.path.name,
                licence=record.licence or self.options.licence,
                structural_hash=first_file(record.repository, diff),
            )

    def _records(self) -> Iterator[tuple[int, Record]]:
        path = self.options.path
        if columns(path):
            return ((number, RECORDS.validate_python(record)) for number, record in read_parallel(path))
        return read_lines(path, RECORDS)


def unusable(message: str, diff: str) -> str:
    """Why a commit can be no item; empty where it can."""
    if not message:
        return "it has no message"
    return why_nothing_changes(changed_files(diff)) if diff.strip() else "it has no diff"


def human_part(message: str) -> str:
    """The message without the trailers at its end, such as `Signed-off-by: …`."""
    lines = message.replace("\r\n", "\n").strip().split("\n")
    while lines and (not lines[-1].strip() or (len(lines) > 1 and _TRAILER.fullmatch(lines[-1].strip()))):
        lines.pop()
    return "\n".join(line.rstrip() for line in lines)


def first_file(repository: str, diff: str) -> str:
    """What commits have in common that change lines of the same file of a repository first; 64 hexadecimal digits."""
    names = (file.name for file in changed_files(diff) if file.lines)
    return digest_bytes(f"{repository}\n{next(names, '') or diff}".encode())
