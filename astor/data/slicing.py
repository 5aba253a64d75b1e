"""The part of a module that one of its functions needs."""

import ast
from collections.abc import Iterator

from astor.data.structure import parse

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def slice_module(source: str, entry: str) -> str:
    """The top-level statements that the function `entry` needs to run, in their order, as they are written.

    Those are the statements that bind, or set a part of, a name that it or one of them uses. What a module does when it
    is run as a program, and calls that only have an effect, are left behind. SyntaxError where `source` is no Python.
    """
    lines = source.split("\n")
    statements = [statement for statement in parse(source).body if not _runs_as_program(statement)]
    needed, wanted = {entry}, set[int]()
    while True:
        more = {
            place
            for place, statement in enumerate(statements)
            if place not in wanted and not needed.isdisjoint(_bound(statement))
        }
        if not more:
            break
        wanted |= more
        needed |= {name for place in more for name in _used(statements[place])}
    wanted |= {place for place, statement in enumerate(statements) if _is_always_needed(statement)}
    text, previous = "", None
    for place in sorted(wanted):
        statement = statements[place]
        if previous is not None:
            text += "\n\n\n" if isinstance(statement, _DEFINITIONS) or isinstance(previous, _DEFINITIONS) else "\n"
        text += "\n".join(lines[_first_line(statement) - 1 : statement.end_lineno])
        previous = statement
    return text


def _is_always_needed(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(module="__future__") | ast.ImportFrom(names=[ast.alias(name="*")]):
            return True
    return False


def _runs_as_program(statement: ast.stmt) -> bool:
    match statement:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
    return False


def _first_line(statement: ast.stmt) -> int:
    decorators = statement.decorator_list if isinstance(statement, _DEFINITIONS) else []
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, _DEFINITIONS):
        yield statement.name
        return
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def _used(statement: ast.stmt) -> Iterator[str]:
    return (node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
