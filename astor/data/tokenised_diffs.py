"""Diffs as CommitGen, MCMD and their relatives publish them: one line of words and signs with blanks between.

`mmm a / x . py <nl> ppp b / x . py <nl> - old ( ) <nl> + new ( )` has `<nl>` at the ends of lines, `mmm` for `---`,
`ppp` for `+++`, and no hunks' headers. Lines and names are restored; blanks within lines, and how they are indented,
are lost.
"""

import re
from itertools import pairwise

END = "<nl>"
_HEADER = re.compile(
    r"(new file|deleted file|old|new) mode \d+$|(dis)?similarity index \d|index [0-9a-f]{6,} ?\. ?\. ?[0-9a-f]{6}"
    r"|(rename|copy) (from|to) |Binary files .* differ$|diff - ?- ?git "
)
_HUNK = re.compile(r"@ ?@ - ?(\d+)( ?, ?\d+)? \+ ?(\d+)( ?, ?\d+)? @ ?@(.*)")
_NAMES = {"mmm": "---", "ppp": "+++"}


def is_tokenised(diff: str) -> bool:
    """Whether the lines of a diff end with the word `<nl>`."""
    return END in diff and "\n" not in diff.strip()


def restored(diff: str) -> str:
    """The unified diff of a tokenised one, as far as it tells; without counts in hunks where it has none."""
    lines = [line.strip() for line in diff.strip().removesuffix(END).split(END)]
    first = [line.partition(" ")[0] for line in lines]
    names = {place + step for place, pair in enumerate(pairwise(first)) if pair == ("mmm", "ppp") for step in (0, 1)}
    return "\n".join(_name(line) if place in names else _line(line) for place, line in enumerate(lines)) + "\n"


def _name(line: str) -> str:
    mark, _, name = line.partition(" ")
    return f"{_NAMES[mark]} {_joined(name)}"


def _line(line: str) -> str:
    if hunk := _HUNK.match(line):
        old, new = hunk[1] + (hunk[2] or ""), hunk[3] + (hunk[4] or "")
        return f"@@ -{_joined(old)} +{_joined(new)} @@{hunk[5]}"
    if _HEADER.match(line):
        return _joined(line).replace("diff--git", "diff --git")
    return line[0] + line[1:].removeprefix(" ") if line[:1] in ("+", "-") else f" {line}"


def _joined(tokens: str) -> str:
    """A name or header without the blanks around its signs."""
    return re.sub(r" *([^\w ]) *", r"\1", tokens)
