"""Parsers of untrusted text, by name. They run confined in a child; nothing here evaluates anything.

A parser takes a text and the name of what a program must define, and returns plain data, or raises whatever it likes:
the text is malformed then. It may even crash the interpreter, as nesting can: the child dies, and the text alone is
malformed. Standard library only.
"""

import ast
from collections.abc import Callable
from typing import Any

from astor.sandbox.inside.answer_blocks import has_block, literal_in, program_in
from astor.sandbox.inside.expressions import expressions
from astor.sandbox.inside.literals import list_literals

TEXT_BYTES = 10_000
"""Most bytes of one text, as UTF-8: our choice, an answer of some 3000 tokens."""

_HIDING = frozenset({"exec", "eval", "compile", "__import__", "__builtins__"})


def parse_literal(text: str, entry: str = "") -> Any:
    """The value of the Python literal that is the answer, as `literal_in` finds it."""
    return ast.literal_eval(literal_in(text).strip())


def parse_program(text: str, entry: str = "") -> str:
    """The program that defines `entry`, as `program_in` finds it; it must compile."""
    source = program_in(text, entry)
    compile(source, "<answer>", "exec", dont_inherit=True)
    return source


def parse_block(text: str, entry: str = "") -> str:
    """The block that `program_in` finds, whatever it holds; a text without one is malformed."""
    if not has_block(text):
        raise ValueError("no block")
    return program_in(text, entry)


def parse_asserts(text: str, entry: str = "") -> list[tuple[tuple[Any, ...], Any, str]]:
    """(arguments, expected value, function name) of each `assert f(literals) == literal`, in order.

    They stand where `program_in` finds a program. Any other statement, a keyword argument or an assert with a message
    makes the text malformed; comments and blank lines don't.
    """
    return [_read_assert(statement) for statement in ast.parse(program_in(text)).body]


def parse_tests(text: str, entry: str = "") -> list[tuple[tuple[Any, ...], Any, str]] | dict[str, Any]:
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


def parse_literals(text: str, entry: str = "") -> list[str]:
    """`list_literals` of the whole text."""
    return list_literals(text)


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


PARSERS: dict[str, Callable[[str, str], Any]] = {
    "literal": parse_literal,
    "program": parse_program,
    "block": parse_block,
    "asserts": parse_asserts,
    "tests": parse_tests,
    "literals": parse_literals,
}
