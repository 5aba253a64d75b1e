"""Parsers of untrusted text, by name. They run confined in a child; nothing here evaluates anything.

A parser takes a text and returns plain data, or raises whatever it likes: the text is malformed then. It may even
crash the interpreter, as nesting can: the child dies, and the text alone is malformed. Standard library only.

Of several fenced blocks the last one is the answer: models draft first and conclude last, and so do the extractors of
LiveCodeBench (`extract_code`) and verl (`prime_code`) decide. A block that was begun and not ended is none.
"""

import ast
import re
from collections.abc import Callable
from typing import Any

from astor.sandbox.inside.expressions import expressions
from astor.sandbox.inside.literals import list_literals

TEXT_BYTES = 10_000
"""Most bytes of one text, as UTF-8: our choice, an answer of some 3000 tokens."""

_FENCED = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)

_HIDING = frozenset({"exec", "eval", "compile", "__import__", "__builtins__"})


def parse_literal(text: str) -> Any:
    """The value of the Python literal in the last fenced block, or of the whole text where there is no fence."""
    return ast.literal_eval(_last_block(text).strip())


def parse_program(text: str) -> str:
    """The last fenced block, or the whole text where there is no fence; it must compile."""
    source = _last_block(text)
    compile(source, "<answer>", "exec", dont_inherit=True)
    return source


def parse_block(text: str) -> str:
    """The last fenced block, whatever it holds; a text without one is malformed."""
    return str(_FENCED.findall(text)[-1])


def parse_asserts(text: str) -> list[tuple[tuple[Any, ...], Any, str]]:
    """(arguments, expected value, function name) of each `assert f(literals) == literal`, in order.

    The last fenced block counts, or the whole text where there is no fence. Any other statement, a keyword argument
    or an assert with a message makes the text malformed; comments and blank lines don't.
    """
    return [_read_assert(statement) for statement in ast.parse(_last_block(text)).body]


def parse_tests(text: str) -> list[tuple[tuple[Any, ...], Any, str]] | dict[str, Any]:
    """As `parse_asserts` where the text allows it; of any other Python its `source` and `expressions`.

    What would hide code from reading, as `exec`, makes the text malformed.
    """
    source = parse_program(text)
    tree = ast.parse(source)
    try:
        return [_read_assert(statement) for statement in tree.body]
    except ValueError:
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if hidden := names & _HIDING:
            raise ValueError(f"tests may not use {min(hidden)}") from None
        return {"source": source, "expressions": expressions(tree)}


def _last_block(text: str) -> str:
    blocks = _FENCED.findall(text)
    return str(blocks[-1]) if blocks else text


def _read_assert(statement: ast.stmt) -> tuple[tuple[Any, ...], Any, str]:
    match statement:
        case ast.Assert(
            test=ast.Compare(
                left=ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]),
                ops=[ast.Eq()],
                comparators=[expected],
            ),
            msg=None,
        ):
            return tuple(map(ast.literal_eval, arguments)), ast.literal_eval(expected), name
    raise ValueError(f"line {statement.lineno} is not `assert f(literals) == literal`")


PARSERS: dict[str, Callable[[str], Any]] = {
    "literal": parse_literal,
    "program": parse_program,
    "block": parse_block,
    "asserts": parse_asserts,
    "tests": parse_tests,
    "literals": list_literals,
}
