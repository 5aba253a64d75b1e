"""The literals of a program, which a child reads as one of the parsers, or of a trusted test. Standard library only."""

import ast
import re

COMMONPLACE = frozenset({"0", "1", "-1", "2", "''", "()", "[]", "{}", "True", "False", "None"})
"""Literals that every program is full of and that give nothing away: our choice."""

_WHOLE = re.compile("-?[0-9]{1,400}")


def list_literals(source: str) -> list[str]:
    """`repr` of every literal in a piece of Python that is not commonplace, with repetitions.

    A literal that is a statement by itself, as a docstring is, does not count.
    Numbers, strings, bytes, and lists, tuples, sets and dicts made of literals alone; of a container its parts too.
    A string is stripped of white space at its ends, and gives its lines and words and the numbers in it as well, since
    a program that reads text may compare either. SyntaxError where the piece is no Python.
    """
    return _named(ast.parse(source))


def list_text_literals(text: str) -> list[str]:
    """The literals that a standard input, a standard output or a call can be recognised by, as `list_literals` names
    them: the whole of it, its lines, its words and numbers; of a Python expression its literals too."""
    whole = text.strip()
    parts = [repr(part) for part in (whole, *_parts(whole))]
    return [mark for mark in parts if mark not in COMMONPLACE] + _expression_literals(whole)


def _expression_literals(text: str) -> list[str]:
    try:
        return _named(ast.parse(text, mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # No Python, or nested as deep as brackets and signs can be.
        return []


def _named(tree: ast.AST) -> list[str]:
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found: list[str] = []
    for node in ast.walk(tree):
        if id(node) in docstrings:
            continue
        try:
            value = ast.literal_eval(node)
            found += map(repr, [value.strip(), *_parts(value)] if isinstance(value, str) else [value])
        except (ValueError, TypeError):
            # No literal, or a number with more digits than Python writes.
            continue
    return [text for text in found if text not in COMMONPLACE]


def _parts(text: str) -> list[object]:
    """Lines and words of a text that has several, and the values of words that are numbers."""
    lines, words = text.splitlines(), text.split()
    parts = [line.strip() for line in lines if len(lines) > 1] + [word for word in words if len(words) > 1]
    return [*parts, *(int(word) for word in words if _WHOLE.fullmatch(word))]
