"""Which files a diff changes, and which of its lines are theirs.

Unified and combined diffs are read, as git, Subversion, Mercurial and `diff -u` write them. This is our own code, for
unidiff 1.0 loses the lines of combined diffs, keeps quotes in names, and refuses hunks that are cut short or have no
file's header, all of which published data hold.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

NOWHERE = "/dev/null"
"""The name of a file that is not there."""
EMPTY = "empty files"
_HUNK = re.compile(r"(@@+)((?: -\d{1,9}(?:,\d{1,9})?)+ \+\d{1,9}(?:,\d{1,9})?) \1")
_GIT = re.compile(r'diff --git "?(?:(\w)/)?(.+?)"?\n"?(?:(\w)/)?\2"?')
"""Git's header, where both names are the same."""
_FILE = re.compile(r"(?:diff --(?:cc|combined) |Index: )(.+)")
_STAMP = re.compile(
    r"\t.*$|(?<!\s)\s++(\((revision|working copy|nonexistent)\b[^()]*\)|\d{4}-\d\d-\d\d[ T]\d\d:.*"
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ .*)$"
)
"""What may follow a name: times, and Subversion's revisions. None of it is tried twice: endpoints read diffs."""
_NOTES = {
    "Binary files ": "binary files",
    "GIT binary patch": "binary files",
    "Cannot display: file marked as a binary type": "binary files",
    "rename from ": "names",
    "copy from ": "names",
    "old mode ": "modes",
    "Property changes on: ": "properties",
    "new file mode ": EMPTY,
    "deleted file mode ": EMPTY,
}
"""How a line begins that says what happens to a file besides its lines → what that is of."""
_SIGNATURE = re.compile(r"\d+\.\d")
"""What git writes below the last line of a mail, which is `-- `: its version."""
_NO_UNIFIED = re.compile(r"^(\*{15}|\d+(,\d+)?[acd]\d+(,\d+)?)$", re.MULTILINE)
"""What parts hunks in context diffs and in those of plain `diff`."""
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Line(NamedTuple):
    """A line of which a diff says that it is removed or added."""

    signs: str
    """`-` or `+`; in the diff of a merge one sign for each parent, of which some may be blank."""
    text: str


@dataclass
class ChangedFile:
    """What a diff says of one file."""

    name: str = ""
    """Its path without git's `a/` and `b/`, the new one; of a file that is deleted the old one; empty if unknown."""
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What else changes, in words: `binary files`, `names`, `modes`, `properties`, `empty files`."""


def changed_files(diff: str) -> list[ChangedFile]:
    r"""The files of a diff in its order; none where it is no diff.

    From a hunk's header on, lines are content for as many as the header counts, whatever they look like, as in
    `git apply`. Where counts are missing or wrong, lines with a sign are content up to the next header. Only `\n` ends
    lines; `\r` before it does not count.
    """
    lines = [line.removesuffix("\r") for line in diff.split("\n")]
    files = _read(lines, in_body=False)
    if not files and not _NO_UNIFIED.search(diff):
        files = _read(lines, in_body=True)
    return files


def why_nothing_changes(files: Sequence[ChangedFile]) -> str:
    """Why a diff has no line to show, as a reason to leave a commit out; empty where it has one."""
    if any(file.lines for file in files):
        return ""
    notes = {note for file in files for note in file.notes}
    if notes != {EMPTY}:  # Binary files are made and deleted as well.
        notes.discard(EMPTY)
    return f"it changes no line, only {' and '.join(sorted(notes))}" if notes else "its diff shows no changed line"


def _read(lines: list[str], in_body: bool) -> list[ChangedFile]:
    reader = _Reader(in_body)
    for line, following in pairwise([*lines, ""]):
        reader.read(line, following)
    return [file for file in reader.files if file.lines or file.notes]


class _Reader:
    """Where in a diff we are."""

    def __init__(self, in_body: bool) -> None:
        self.files = [ChangedFile()]
        self._in_body = in_body
        """Whether lines with a sign are content, other than by a hunk's counts."""
        self._left = [0, 0]
        """Lines still to come in the hunk: of the old file, or of each parent, and of the new file."""
        self._names_follow = False

    @property
    def _file(self) -> ChangedFile:
        return self.files[-1]

    def read(self, line: str, following: str) -> None:
        """Take in a line; `following` is the one after it."""
        if self._names_follow:
            self._names_follow = False
        elif any(self._left) and self._take(line):
            self._in_body = True
        elif line.startswith("--- ") and following.startswith("+++ "):
            if self._in_body:
                self.files.append(ChangedFile())
            self._file.name = _new_name(line[4:], following[4:], self._file.name)
            self._in_body = self._names_follow = True
        elif found := _HUNK.match(line):
            self._left = [int(count.partition(",")[2] or 1) for count in found[2].split()]
            self._in_body = True
        elif line.startswith(("diff ", "Index: ")):
            self.files.append(ChangedFile(_name_of(line)))
            self._in_body = False
        elif line.startswith(("rename to ", "copy to ")):
            self._file.name = _unquoted(line.partition(" to ")[2])
        elif note := next((note for start, note in _NOTES.items() if line.startswith(start)), None):
            if self._in_body:
                self.files.append(ChangedFile())
            self._file.notes.append(note)
            self._in_body = False
        elif line.rstrip() == "--" and _SIGNATURE.match(following):
            self._in_body = False
        elif self._in_body:
            self._add(line)

    def _take(self, line: str) -> bool:
        """Whether the hunk's counts have room for the line; if so it is taken."""
        if line.startswith("\\"):
            return True
        *old, new = self._left
        signs = line[: len(old)].ljust(len(old))
        removed = "-" in signs
        left = [count - (sign == ("-" if removed else " ")) for count, sign in zip(old, signs, strict=True)]
        left.append(new - (not removed))
        if set(signs) - set(" +-") or min(left) < 0:
            self._left = [0] * len(left)
            return False
        self._left = left
        self._add(line)
        return True

    def _add(self, line: str) -> None:
        signs = line[: len(self._left) - 1]
        if signs.strip() and not signs.strip("+- "):
            self._file.lines.append(Line(signs, line[len(signs) :]))


def _name_of(header: str) -> str:
    middle = (len("diff --git ") + len(header)) // 2  # Two equal names: trying every place takes hours for a long line.
    halves = f"{header[:middle]}\n{header[middle + 1 :]}" if header[middle : middle + 1] == " " else ""
    if git := _GIT.fullmatch(halves):
        prefix = f"{git[1]}/" if git[1] and git[1] == git[3] else ""
        return _unquoted(f'"{prefix}{git[2]}"' if header.endswith('"') else prefix + git[2])
    named = _FILE.fullmatch(header)
    return _unquoted(named[1]) if named else ""


def _new_name(old: str, new: str, known: str) -> str:
    """The name that two headers give; `known` is what the line above them gave, without prefixes."""
    old, new = (_unquoted(_STAMP.sub("", each)) for each in (old, new))
    name, other = (old, new) if new == NOWHERE else (new, old)
    if known and name in (known, name[:2] + known):
        return known
    prefixed = name[1:2] == "/" and (name[0] in "ab" if other == NOWHERE else other[1:2] == "/" and other[0] != name[0])
    return name[2:] if prefixed else name


def _unquoted(name: str) -> str:
    r"""A name without git's quotes and escapes: `"na\303\257ve.py"` is `naïve.py`."""
    if len(name) < 2 or not name[0] == name[-1] == '"':
        return name

    def octal(found: re.Match[str]) -> str:
        return bytes(int(digits, 8) & 255 for digits in found[0].split("\\")[1:]).decode(errors="replace")

    name = re.sub(r"(?:\\[0-7]{3})+", octal, name[1:-1])
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), name)
