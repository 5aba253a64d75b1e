"""Which fenced block of an answer is what was asked for. Standard library only.

Of several that could be it the last one is: models draft first and conclude last, and so do the extractors of
LiveCodeBench (`extract_code`) and verl (`prime_code`) decide. What a block says of its language tells whether it could
be. A text without a block is the answer as a whole; a block that holds nothing is none.
"""

import ast
import re
from collections.abc import Callable

from astor.sandbox.inside.fences import Block, fenced_blocks

_PYTHON = re.compile(r"[{.\s]*(?:language-)?py(?:thon)?[0-9.]*(?![\w-])", re.IGNORECASE)
_PROSE = re.compile(r"(?:(?:plain)?text|txt|markdown|md|git|(?:git-?)?commit)?", re.IGNORECASE)
_STATEMENT = re.compile(
    r"^(?:assert|async|class|def|for|from|if|import|try|while|with)\b|^@|^\w+ *=(?!=)|^[\w.]+\(", re.MULTILINE
)
_MARKDOWN = re.compile(r"markdown|md", re.IGNORECASE)


def program_in(text: str, entry: str = "") -> str:
    """The last block of those that define `entry`, a function or class, or a method as `Solution.f`; where none does,
    of those in Python; where there is none, of all.

    So neither a shell command nor an output after the program hides it, nor does an example of its use. A block
    without a language is Python where it does more than state a value.
    """
    return _last(text, _definer(entry), _is_python, _may_be_python)


def block_in(text: str, entry: str = "") -> str:
    """The block that `program_in` would find, by its lines alone, for who must not parse a text: one without a language
    is Python where a line of it begins as a statement does."""

    def is_python(block: Block) -> bool:
        return _may_be_python(block) and (bool(block.info) or _STATEMENT.search(block.content) is not None)

    return _last(text, _definer(entry), is_python, _may_be_python)


def literal_in(text: str) -> str:
    """The last block in Python or without a language; where there is none, of all."""
    return _last(text, _may_be_python)


def message_in(text: str) -> str:
    """The last block of prose, or of all, where a block begins the text, or stands below one line that ends in a colon;
    else the text, which may show code in blocks."""
    blocks = fenced_blocks(text)
    before = text[: blocks[0].start].strip() if blocks else "text"
    leads_in = not before or (before.endswith((":", "\uff1a")) and len(before.splitlines()) == 1)
    return _last(text, lambda block: _PROSE.fullmatch(block.info) is not None) if leads_in else text


def says_python(block: Block) -> bool:
    """Whether a block says that it is Python, as `Python`, `py3 title=…` or `{.python}`."""
    return _PYTHON.match(block.info) is not None


def has_block(text: str) -> bool:
    """Whether any block of a text holds something."""
    return bool(_blocks(text))


def _definer(entry: str) -> Callable[[Block], bool]:
    """Whether a block defines `entry`."""
    name = re.escape(entry.partition(".")[0])
    definition = re.compile(rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*(?::|=(?!=))", re.MULTILINE)

    def defines(block: Block) -> bool:
        return bool(entry) and _may_be_python(block) and definition.search(block.content) is not None

    return defines


def _last(text: str, *kinds: Callable[[Block], bool]) -> str:
    """The last block of the first kind that there is, or of any where there is none; the text where it has no block."""
    blocks = _blocks(text)
    for kind in kinds:
        if found := [block for block in blocks if kind(block)]:
            return found[-1].content
    return blocks[-1].content if blocks else text


def _blocks(text: str) -> list[Block]:
    """The blocks that hold something; for one in Markdown, which holds an answer as a whole, its own."""
    found = [
        inner
        for block in fenced_blocks(text)
        for inner in (_MARKDOWN.fullmatch(block.info) and fenced_blocks(block.content)) or [block]
    ]
    return [block for block in found if block.content.strip()]


def _may_be_python(block: Block) -> bool:
    """Whether it says that it is Python, or says nothing. A session at the prompt `>>>` is no program."""
    return (not block.info or says_python(block)) and not block.content.lstrip().startswith(">>>")


def _is_python(block: Block) -> bool:
    return _may_be_python(block) and (bool(block.info) or _does_something(block.content))


def _does_something(source: str) -> bool:
    """Whether it is Python and more than values, as an output would be."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return any(not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call) for node in tree.body)
