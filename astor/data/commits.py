"""Commits, one JSON object a line: `diff` and `message`, and where they are known `repo` (or `repository`), `sha` and
`license` (or `licence`)."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, BaseModel, Field, TypeAdapter

from astor.data.diffs import changed_files, why_nothing_changes
from astor.data.lines import read_lines
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
    """A JSONL file with the fields that `astor.data.commits` documents."""
    licence: str = "unknown"
    """Licence of records that name none, as an SPDX identifier."""


class _Line(BaseModel):
    diff: str
    message: str
    repository: str = Field(default="", validation_alias=AliasChoices("repo", "repository"))
    sha: str | None = None
    licence: str | None = Field(default=None, validation_alias=AliasChoices("license", "licence"))


class CommitsSource(Source):
    """The commits of one file that have a diff and a message; lines that programs add to a message are taken off.

    Commits that touch the same file first, in the same repository, share a split.
    """

    options_type = CommitsOptions
    options: CommitsOptions

    def items(self) -> Iterator[Item]:
        self.left_out = Counter()
        for number, line in read_lines(self.options.path, TypeAdapter(_Line)):
            message = human_part(line.message)
            if reason := unusable(message, line.diff):
                self.left_out[reason] += 1
                continue
            yield Item(
                id=f"{line.repository or self.options.path.stem}@{line.sha or number}",
                content=Commit(diff=line.diff, message=message, repository=line.repository),
                source=self.options.path.name,
                licence=line.licence or self.options.licence,
                structural_hash=first_file(line.repository, line.diff),
            )


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
