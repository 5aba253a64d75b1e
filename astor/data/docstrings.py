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


def without_docstrings(source: str) -> str:
    """The source without the docstrings of its functions and classes, which may hold what its calls return.

    Comments and layout stay, unless a docstring shares its line with other code. SyntaxError where it is no Python.
    """
    tree = parse(source)
    owners = [node for node in ast.walk(tree) if isinstance(node, _OWNERS) and _docstring(node) is not None]
    lines: list[str | None] = [*source.split("\n")]
    for owner in owners:
        docstring = owner.body[0]
        first, last = docstring.lineno - 1, (docstring.end_lineno or docstring.lineno) - 1
        before = source.split("\n")[first].encode()[: docstring.col_offset]
        after = source.split("\n")[last].encode()[docstring.end_col_offset :]
        if before.strip() or after.strip():
            return _unparsed(tree, owners)
        lines[first : last + 1] = [None] * (last + 1 - first)
        if len(owner.body) == 1:
            lines[first] = f"{before.decode()}pass"
    return "\n".join(line for line in lines if line is not None)


_OWNERS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
_Owner = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module


def _docstring(node: _Owner) -> str | None:
    return ast.get_docstring(node, clean=False)


def _unparsed(tree: ast.Module, owners: list[_Owner]) -> str:
    for owner in owners:
        owner.body = owner.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
