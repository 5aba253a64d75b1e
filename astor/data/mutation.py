"""Mutants: a function with one small mistake each, for tests to find.

The operators are the classical ones (Jia and Harman, "An Analysis and Survey of the Development of Mutation Testing",
2011, section 3): constant replacement, arithmetic and relational operator replacement, and here also the swap of
`max` with `min` and of `len` with `sum`.
"""

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from astor.data.structure import parse

_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Add, ast.Sub),
}
_NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_SWAPPED = {"max": "min", "min": "max", "len": "sum", "sum": "len"}


def _changes(node: ast.AST) -> Iterator[Callable[[], Callable[[], None]]]:
    """Every change of one node: calling it changes the node and gives the way back."""
    match node:
        case ast.Constant(value=value) if type(value) is int:
            for other in (value + 1, value - 1):
                yield partial(_set, node, "value", other)
        case ast.BinOp(op=operator):
            for kind in _ARITHMETIC.get(type(operator), ()):
                yield partial(_set, node, "op", kind())
        case ast.Compare(ops=[operator]) if type(operator) in _NEGATED:
            yield partial(_set, node, "ops", [_NEGATED[type(operator)]()])
        case ast.Call(func=ast.Name(id=name) as function) if name in _SWAPPED:
            yield partial(_set, function, "id", _SWAPPED[name])


def _set(node: ast.AST, field: str, value: object) -> Callable[[], None]:
    before = getattr(node, field)
    setattr(node, field, value)
    return lambda: setattr(node, field, before)


def _outside_while(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.While):
            yield from _outside_while(child)


@lru_cache(maxsize=1 << 14)
def mutate(source: str) -> tuple[str, ...]:
    """Every mutant of `source` that differs from it in one place, as source, in the order of the syntax tree.

    Nothing inside a `while` loop is changed, or many would never end: with MBPP all that did not had such a loop.
    Whether a mutant also behaves differently is for whoever may run it to find out.
    """
    tree = parse(source)
    mutants = []
    for node in list(_outside_while(tree)):
        for change in _changes(node):
            undo = change()
            mutants.append(ast.unparse(tree))
            undo()
    return tuple(dict.fromkeys(mutants))
