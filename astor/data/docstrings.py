"""Docstrings of code that others wrote: what they describe, their examples, and the code without them."""

import ast
import doctest
import inspect
import re
from collections.abc import Iterator

from astor.data.structure import parse

_HEADER = re.compile(r"(for )?(examples?( \d+)?|e\.g\.|doctests?|tests?|samples?|\[input/output\] samples?)\s*:?")
"""A line that announces examples and says nothing else."""
_PARSER = doctest.DocTestParser()
NUMBER, FLOAT_CMP, IGNORE_OUTPUT = map(doctest.register_optionflag, ("NUMBER", "FLOAT_CMP", "IGNORE_OUTPUT"))
"""Options that pytest and pytest-doctestplus add: a docstring with one that is not known would have no examples."""
for _name in ("ALLOW_UNICODE", "ALLOW_BYTES", "REMOTE_DATA", "IGNORE_WARNINGS", "SHOW_WARNINGS"):
    doctest.register_optionflag(_name)


def examples(docstring: str) -> list[doctest.Example]:
    """The examples after `>>>`; none where doctest itself could not read them."""
    try:
        return _PARSER.get_examples(docstring)
    except ValueError:
        return []


def describe(docstring: str) -> str:
    """The docstring without its examples: those after `>>>`, and paragraphs under a line as `Examples:`.

    What stands in a sentence of its own, as "for instance f(2) is 4", stays.
    """
    text = inspect.cleandoc(docstring)
    try:
        text = "".join(part for part in _PARSER.parse(text) if isinstance(part, str))
    except ValueError:
        text = text.partition(">>>")[0]
    kept: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        if _HEADER.fullmatch(line.strip().lower()):
            _skip_paragraph(lines)
            line = ""
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    while kept and (not kept[-1] or kept[-1].endswith(":")):
        kept.pop()  # What it announced is gone.
    return "\n".join(kept).strip()


def _skip_paragraph(lines: Iterator[str]) -> None:
    begun = False
    for line in lines:
        if begun and not line.strip():
            return
        begun = begun or bool(line.strip())


def docstring_of(function: ast.FunctionDef) -> str:
    """The first text that stands by itself in the function's body, be it after code; empty where there is none."""
    texts = (statement.value for statement in function.body if _is_text(statement) and isinstance(statement, ast.Expr))
    return inspect.cleandoc(str(next((text.value for text in texts if isinstance(text, ast.Constant)), "")))


def without_docstrings(source: str) -> str:
    """The source without docstrings and other texts that stand by themselves: they may hold what its calls return.

    Comments and layout stay, unless such a text shares its line with other code. SyntaxError where it is no Python.
    """
    tree, whole = parse(source), source.split("\n")
    lines: list[str | None] = [*whole]
    for block in _blocks(tree):
        texts = [statement for statement in block if _is_text(statement)]
        for text in texts:
            first, last = text.lineno - 1, (text.end_lineno or text.lineno) - 1
            before, after = whole[first].encode()[: text.col_offset], whole[last].encode()[text.end_col_offset :]
            if before.strip() or after.strip():
                return _unparsed(tree)
            lines[first : last + 1] = [None] * (last + 1 - first)
            if text is texts[-1] and len(texts) == len(block):
                lines[first] = f"{before.decode()}pass"
    return "\n".join(line for line in lines if line is not None)


def _is_text(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """Every list of statements."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                yield block


def _unparsed(tree: ast.Module) -> str:
    for block in list(_blocks(tree)):
        block[:] = [statement for statement in block if not _is_text(statement)] or [ast.Pass()]
    return ast.unparse(tree)
