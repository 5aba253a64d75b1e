"""Small commits from the history of a local git repository."""

import os
import re
import subprocess
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from astor.data.commits import first_file, human_part
from astor.data.diffs import changed_files, why_nothing_changes
from astor.data.source import Source
from astor.errors import UserError
from astor.options import Options
from astor.records import Commit, Item
from astor.storage import digest_json

FEWEST_WORDS = 3
"""Words of a message that says something. Our choice."""
_REVERT = re.compile(r"revert\b|merge\b|bump (the )?version|release \d|version \d", re.IGNORECASE)
_QUIET = ("core.fsmonitor=false", "log.showSignature=false", "core.quotePath=false")
"""Settings of the repository that would run its programs, or change the form of a diff."""


class GitOptions(Options):
    """Which repository, and which of its commits are small."""

    type: Literal["git"] = "git"
    path: Path
    """A clone, bare or with a working tree. Only its `git` objects are read."""
    licence: str = "unknown"
    """Licence of the repository, as an SPDX identifier."""
    most_lines: int = Field(default=60, ge=1)
    """Most lines that a commit removes and adds together. Our choice: what fits a short prompt."""
    most_files: int = Field(default=3, ge=1)
    """Most files that a commit touches. Our choice."""


class GitSource(Source):
    """The commits on the way to HEAD, newest first, that change Python files alone and little.

    Left out, and counted: commits that also change other files, or binary ones, or too much; whose message has fewer
    than three words, or is a program's (reverts, releases); and those that are no UTF-8. Merges are not looked at, nor
    commits that touch no Python file. Commits that touch the same file first share a split.
    """

    options_type = GitOptions
    options: GitOptions

    def contents(self) -> str:
        """Of the history HEAD alone, and the repository's name, after which commits are called."""
        head = _git(self.options.path, "log", "-1", "--format=%H")
        return digest_json([self.options.path.resolve().name, head])

    def items(self) -> Iterator[Item]:
        self.left_out = Counter()
        path = self.options.path
        _git(path, "log", "-1", "--format=%H")
        repository = path.resolve().name.removesuffix(".git")
        found = False
        for sha, message, diff in _commits(path):
            found = True
            read = self._read(message, diff)
            if isinstance(read, str):
                self.left_out[read] += 1
                continue
            text, words = read
            yield Item(
                id=f"{repository}@{sha}",
                content=Commit(diff=text, message=words, repository=repository),
                source=repository,
                licence=self.options.licence,
                structural_hash=first_file(repository, text),
            )
        if not found:
            raise UserError(f"The git repository {path} has no commit that touches a Python file: name another one.")

    def _read(self, message: bytes, diff: bytes) -> tuple[str, str] | str:
        """Diff and message, or why the commit is left out."""
        try:
            text, words = diff.decode(), human_part(message.decode())
        except UnicodeDecodeError:
            return "it is no UTF-8"
        files = changed_files(text)
        if any("binary files" in file.notes or not file.name.endswith(".py") for file in files):
            return "it changes other files than Python"
        changed = sum(len(file.lines) for file in files)
        if not changed:
            return why_nothing_changes(files)
        if len(files) > self.options.most_files or changed > self.options.most_lines:
            return "it changes too much"
        if len(words.split()) < FEWEST_WORDS:
            return "its message has fewer than three words"
        if _REVERT.match(words):
            return "its message is of a revert, a merge or a release"
        return text, words


def _commits(path: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """Hash, message and diff of each commit that touches a Python file, as git writes them: one at a time."""
    mark = uuid.uuid4().hex
    form = f"--format={mark}%n%H%n%B%n{mark}"
    command = _command(
        path,
        *("log", "--no-merges", "--full-diff", "--patch", "--no-ext-diff", "--no-textconv", "--no-renames"),
        *("--no-color", "--unified=3", "--src-prefix=a/", "--dst-prefix=b/", "--encoding=UTF-8", form),
        *("--", "*.py"),
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()) as log:
        assert log.stdout is not None
        try:
            header, diff, part = bytearray(), bytearray(), None
            for line in log.stdout:
                if line.rstrip(b"\n") != mark.encode():
                    assert part is not None, "what git writes begins with the mark"
                    part += line
                elif part is header:
                    part = diff
                else:
                    if part is diff:
                        yield _commit(header, diff)
                    header, diff = bytearray(), bytearray()
                    part = header
            if part is diff:
                yield _commit(header, diff)
            log.wait()
        finally:
            log.kill()
    if log.returncode > 0:
        raise UserError(f"git cannot read the history of {path} to its end: see what git fsck says.")


def _commit(header: bytearray, diff: bytearray) -> tuple[str, bytes, bytes]:
    sha, _, message = bytes(header).partition(b"\n")
    return sha.decode(), message, bytes(diff).strip(b"\n")


def _git(path: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            _command(path, *arguments), capture_output=True, text=True, env=_environment(), check=False
        )
    except FileNotFoundError as error:
        raise UserError("There is no git command here, which reads repositories: install git.") from error
    if done.returncode:
        told = done.stderr.strip().splitlines() or ["git failed"]
        raise UserError(f"{path} cannot be read as a git repository ({told[0]}): name a clone.")
    return done.stdout.strip()


def _command(path: Path, *arguments: str) -> list[str]:
    settings = [part for setting in _QUIET for part in ("-c", setting)]
    return ["git", "--no-pager", "-C", str(path), *settings, *arguments]


def _environment() -> dict[str, str]:
    """Without variables that name another repository; nothing is fetched, nobody is asked."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**kept, "LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
