"""The fenced blocks of a text in Markdown (CommonMark 0.31.2, section 4.5). Standard library only.

One pass over the lines finds fences by themselves, in list items and in block quotations. Answers are not written for a
renderer, so two things differ from the specification:

- HTML is not known: a fence in the line after `<answer>` or `<details>` is one;
- the end of a list item is not the end of its block: models like to write a block's lines at the margin.
"""

import re
from dataclasses import dataclass, field

DEEPEST = 20
"""List items and quotations within each other that are looked into: our choice, markdown-it's."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_QUOTATION = re.compile(r" {0,3}> ?")
_ITEM = re.compile(r" {0,3}(?:[-+*]|[0-9]{1,9}[.)])(?: {1,4}(?=[^ ])| (?= )|$)")
_OPENING = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)")


@dataclass
class Block:
    """A fenced block."""

    info: str
    """What follows the opening fence: as a rule a language, and sometimes more."""
    fence: str
    indentation: int
    """Columns before the opening fence."""
    start: int = 0
    """Index into the text of the line with the opening fence."""
    lines: list[str] = field(default_factory=list)
    """What stands in it, without what it is quoted or indented by."""
    is_closed: bool = False
    """Whether a closing fence ends it, and not the end of the text or of a quotation."""
    end: int = 0
    """Index into the text after its last line."""

    @property
    def content(self) -> str:
        """Its lines, each ended by a line feed."""
        return "".join(f"{line}\n" for line in self.lines)

    def closes(self, line: str) -> bool:
        """Whether the line is its closing fence."""
        marks = line.strip(" \t")
        return marks.startswith(self.fence) and not marks.strip(self.fence[0]) and _indentation(line.expandtabs(4)) <= 3


def fenced_blocks(text: str) -> list[Block]:
    """The blocks in order. Lines end in LF, CR LF or CR; a block without a closing fence has all that follows."""
    blocks: list[Block] = []
    around: list[int] = []
    """What lines stand in, from the outside: the columns of a list item, or 0 for a quotation."""
    block: Block | None = None
    for match in _LINE.finditer(text):
        line = match[0].rstrip("\r\n")
        if block is not None:
            inside = _inside(line, around)
            if inside is not None:
                block.end = match.end()
                block.is_closed = block.closes(inside)
                if block.is_closed:
                    block = None
                else:
                    block.lines.append(_cut(inside, block.indentation))
                continue
        block = _open(line.expandtabs(4), around)
        if block is not None:
            block.start, block.end = match.span()
            blocks.append(block)
    return blocks


def _open(line: str, around: list[int]) -> Block | None:
    """The block that a line begins, if it does; `around` becomes what the line stands in."""
    for depth, columns in enumerate(around):
        if not line.strip():
            return None
        quoted = None if columns else _QUOTATION.match(line)
        if quoted is None and not 0 < columns <= _indentation(line):
            del around[depth:]
            break
        line = line[quoted.end() if quoted else columns :]
    while len(around) < DEEPEST and (begun := _QUOTATION.match(line) or _ITEM.match(line)):
        around.append(0 if begun.re is _QUOTATION else begun.end() + (begun.end() == len(line)))
        line = line[begun.end() :]
    opening = _OPENING.match(line)
    return Block(opening[3].strip(), opening[2], len(opening[1])) if opening else None


def _inside(line: str, around: list[int]) -> str | None:
    """A line of a block without what stands around it; None where it does not go on with the block's quotation."""
    for columns in around:
        if columns:
            line = _cut(line, columns)
        elif quoted := _QUOTATION.match(line):
            line = line[quoted.end() :]
        else:
            return None
    return line


def _cut(line: str, columns: int) -> str:
    """The line without as many columns of its indentation, or with none where it has fewer."""
    while (tab := line.find("\t", 0, columns)) == _indentation(line):
        line = line[:tab] + " " * (4 - tab % 4) + line[tab + 1 :]
    return line[min(columns, _indentation(line)) :]


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
