"""Assertions of a data set, as data where they allow it and as test code where they do not."""

import ast
from collections.abc import Iterable, Sequence

from astor.records import Call


def is_literal(node: ast.AST) -> bool:
    """Whether the expression is plain data."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError):
        return False
    return True


def read_call(assertion: ast.stmt, entry: str) -> Call | None:
    """The call of `assert entry(literals) == literal`; None for a statement of any other form."""
    match assertion:
        case ast.Assert(
            test=ast.Compare(
                left=ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]),
                ops=[ast.Eq()],
                comparators=[expected],
            )
        ) if name == entry and is_literal(expected) and all(map(is_literal, arguments)):
            # Unparsed rather than repr of the value: the order of a set's repr is not the same in every process.
            listed = "".join(f"{ast.unparse(argument)}, " for argument in arguments)
            return Call(arguments=f"({listed.removesuffix(' ')})", returns=ast.unparse(expected))
    return None


def called_names(assertions: Iterable[ast.AST]) -> list[str]:
    """Names of the functions that are called, in order of appearance, with repetitions."""
    return [
        node.func.id
        for assertion in assertions
        for node in ast.walk(assertion)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]


class _Rename(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name("candidate", node.ctx) if node.id == self.name else node


def check_code(assertions: Sequence[ast.stmt], entry: str, preamble: str) -> str:
    """Source that runs `preamble` and defines `check(candidate)` with the assertions, `entry` renamed."""
    body = [ast.unparse(_Rename(entry).visit(assertion)) for assertion in assertions]
    return "\n    ".join([f"{preamble}\ndef check(candidate):".lstrip(), *"\n".join(body).split("\n")])
