"""Mutants: a function with one small mistake each, for tests to find."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, zip_longest
from random import Random

from astor.data.mutation_operators import (
    Change,
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


@lru_cache(maxsize=1 << 12)
def mutate(source: str, operators: tuple[Operator, ...] = OPERATORS) -> tuple[str, ...]:
    """Every mutant of `source` that differs from it in one place, as source, in the order of the syntax tree.

    Nothing inside a `while` loop is changed, or many would never end: with MBPP all that did not had such a loop.
    Docstrings stay. Whether a mutant also behaves differently is for whoever may run it to find out.
    """
    tree = parse(source)
    mutants = dict.fromkeys(_mutant(tree, change) for _, change in _changes(tree, operators))
    mutants.pop(ast.unparse(tree), None)
    return tuple(mutants)


def draw_mutants(source: str, count: int, seed: str) -> list[str]:
    """At most `count` mutants, always the same ones for the same `seed`: one of each operator in turn.

    In turn, because operators that find many places, as `off_by_one` does, would else crowd out the others.
    """
    tree, random = parse(source), Random(seed)
    by_operator: dict[Operator, list[Change]] = {}
    for operator, change in _changes(tree, OPERATORS):
        by_operator.setdefault(operator, []).append(change)
    turns = [random.sample(found, len(found)) for found in by_operator.values()]
    random.shuffle(turns)
    original, drawn = ast.unparse(tree), dict[str, None]()
    for change in chain.from_iterable(zip_longest(*turns)):
        if len(drawn) == count:
            break
        if change is not None and (mutant := _mutant(tree, change)) != original:
            drawn[mutant] = None
    return list(drawn)


def _changes(tree: ast.Module, operators: tuple[Operator, ...]) -> Iterator[tuple[Operator, Change]]:
    for node in _outside_while(tree):
        for operator in operators:
            for change in operator(node):
                yield operator, change


def _mutant(tree: ast.Module, change: Change) -> str:
    undo = change()
    mutant = ast.unparse(tree)
    undo()
    return mutant


def _outside_while(node: ast.AST) -> list[ast.AST]:
    """The node and what is below it, listed before anything is changed."""
    below = (child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.While))
    return [node, *(each for child in below if not _is_docstring(child) for each in _outside_while(child))]


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
