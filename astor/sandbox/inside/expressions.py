"""Which expressions a piece of Python holds, whatever its variables are called. Standard library only."""

import ast
import builtins
from collections.abc import Iterable

FEWEST_NODES = 3
"""Smaller expressions are in every program: our choice, the least that combines two things."""

_BUILTINS = frozenset(dir(builtins))
_UNREAD = ("ctx", "arg", "name")


def expressions(tree: ast.AST) -> list[str]:
    """A mark of each different expression of three nodes or more that has a name in it, sorted.

    Equal marks: equal but for the names of variables, functions and arguments; builtins, attributes and constants
    count.
    """
    marks: set[str] = set()
    _read(tree, marks)
    return sorted(marks)


def share_found(tree: ast.AST, found: Iterable[str]) -> float:
    """Share of the tree's expressions that are among `found`, in [0, 1]; 0 where it has none."""
    own, others = expressions(tree), set(found)
    return sum(mark in others for mark in own) / len(own) if own else 0.0


def _read(node: object, marks: set[str]) -> tuple[str, int, bool]:
    """Mark of a node, expressions in it, and whether one of them is a name."""
    import hashlib  # OpenSSL's three megabytes, which no other child of a zygote shall copy.

    if isinstance(node, ast.Name):
        return (node.id if node.id in _BUILTINS else "_"), 1, True
    if isinstance(node, ast.AST):
        kind = type(node).__name__
        parts = [_read(getattr(node, name, None), marks) for name in node._fields if name not in _UNREAD]
    elif isinstance(node, list):
        kind, parts = "list", [_read(part, marks) for part in node]
    else:
        return repr(node), 0, False
    is_expression = isinstance(node, ast.expr)
    text = f"{kind}({','.join(mark for mark, _, _ in parts)})"
    mark = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    nodes = sum(count for _, count, _ in parts) + is_expression
    named = any(has_name for _, _, has_name in parts)
    if is_expression and named and nodes >= FEWEST_NODES:
        marks.add(mark)
    return mark, nodes, named
