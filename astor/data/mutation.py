"""Mutants: a function with one small mistake each, for tests to find."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from random import Random

from astor.data.mutation_operators import (
    Operator,
    arithmetic,
    boolean,
    boundary,
    builtin,
    comparison,
    constant,
    deleted,
    off_by_one,
    returned,
    swapped_arguments,
)
from astor.data.structure import parse

TOTAL: tuple[Operator, ...] = (arithmetic, comparison, off_by_one, builtin)
"""Operators whose mutants raise no other errors than a program over numbers and lists may raise anyway."""
OPERATORS: tuple[Operator, ...] = (*TOTAL, boolean, constant, boundary, returned, deleted, swapped_arguments)


@lru_cache(maxsize=1 << 10)
def mutate(source: str, operators: tuple[Operator, ...] = OPERATORS) -> tuple[str, ...]:
    """Every mutant of `source` that differs from it in one place, as source, in the order of the syntax tree.

    Nothing inside a `while` loop is changed, or many would never end: with MBPP all that did not had such a loop.
    Docstrings stay. Whether a mutant also behaves differently is for whoever may run it to find out.
    """
    return tuple(dict.fromkeys(mutant for _, mutant in _mutants(source, operators)))


def draw_mutants(source: str, count: int, seed: str) -> list[str]:
    """At most `count` mutants, always the same ones for the same `seed`: one of each operator in turn.

    In turn, because operators that find many places, as `off_by_one` does, would else crowd out the others.
    """
    random = Random(seed)
    by_operator: dict[Operator, list[str]] = {}
    for operator, mutant in _mutants(source, OPERATORS):
        by_operator.setdefault(operator, []).append(mutant)
    turns = [random.sample(found, len(found)) for found in by_operator.values()]
    random.shuffle(turns)
    drawn: dict[str, None] = {}
    while len(drawn) < count and any(turns):
        for turn in turns:
            if turn and len(drawn) < count:
                drawn[turn.pop()] = None
    return list(drawn)


def _mutants(source: str, operators: tuple[Operator, ...]) -> Iterator[tuple[Operator, str]]:
    tree = parse(source)
    original = ast.unparse(tree)
    for node in list(_outside_while(tree)):
        for operator in operators:
            for change in list(operator(node)):
                undo = change()
                mutant = ast.unparse(tree)
                undo()
                if mutant != original:
                    yield operator, mutant


def _outside_while(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.While) and not _is_docstring(child):
            yield from _outside_while(child)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
