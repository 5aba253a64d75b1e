"""Mutation operators: each says which small mistakes one node of a syntax tree can be changed into.

The classes are the classical ones (Jia and Harman, "An Analysis and Survey of the Development of Mutation Testing",
2011, section 3, after Mothra's operators); which replacement stands for which operator is our choice: few, and far
from equivalent.
"""

import ast
from collections.abc import Callable, Iterator
from functools import partial

Undo = Callable[[], None]
Change = Callable[[], Undo]
"""Changes a node in place and gives the way back."""
Operator = Callable[[ast.AST], Iterator[Change]]

_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Add, ast.Sub),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv, ast.Mult),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
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
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_MOVED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_SWAPPED = {"max": "min", "min": "max", "len": "sum", "sum": "len", "any": "all", "all": "any"}
_DELETABLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Assert, ast.Break, ast.Continue, ast.Delete)
_BLOCKS = ("body", "orelse", "finalbody")


def _set(node: ast.AST, field: str, value: object) -> Undo:
    before = getattr(node, field)
    setattr(node, field, value)
    return lambda: setattr(node, field, before)


def arithmetic(node: ast.AST) -> Iterator[Change]:
    """`a + b` → `a - b`; also in `a += b`."""
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for kind in _ARITHMETIC.get(type(node.op), ()):
            yield partial(_set, node, "op", kind())


def comparison(node: ast.AST) -> Iterator[Change]:
    """`a < b` → `a >= b`."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _NEGATED:
        yield partial(_set, node, "ops", [_NEGATED[type(node.ops[0])]()])


def boolean(node: ast.AST) -> Iterator[Change]:
    """`a and b` → `a or b`; `not a` → `a`; `True` → `False`."""
    match node:
        case ast.BoolOp(op=operator):
            yield partial(_set, node, "op", ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not()):
            yield partial(_set, node, "op", ast.UAdd())  # +a: bool or number as it was, and in a condition just a
        case ast.Constant(value=bool(value)):
            yield partial(_set, node, "value", not value)


def constant(node: ast.AST) -> Iterator[Change]:
    """`"ab"` → `""`, `""` → `" "`, `2.5` → `3.5`."""
    match node:
        case ast.Constant(value=str(value)):
            yield partial(_set, node, "value", "" if value else " ")
        case ast.Constant(value=float(value)):
            yield partial(_set, node, "value", value + 1.0)


def off_by_one(node: ast.AST) -> Iterator[Change]:
    """`3` → `4` and `2`."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        for other in (node.value + 1, node.value - 1):
            yield partial(_set, node, "value", other)


def boundary(node: ast.AST) -> Iterator[Change]:
    """`a < b` → `a <= b`."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _MOVED:
        yield partial(_set, node, "ops", [_MOVED[type(node.ops[0])]()])


def returned(node: ast.AST) -> Iterator[Change]:
    """`return a` → `return None`."""
    if isinstance(node, ast.Return) and node.value is not None:
        yield partial(_set, node, "value", ast.Constant(None))


def deleted(node: ast.AST) -> Iterator[Change]:
    """A statement → `pass`. Definitions, imports, returns, docstrings and blocks stay."""
    for field in _BLOCKS:
        block: object = getattr(node, field, None)
        if isinstance(block, list):
            for place, statement in enumerate(block):
                if isinstance(statement, _DELETABLE) and not _is_text(statement):
                    yield partial(_set, node, field, [*block[:place], ast.Pass(), *block[place + 1 :]])


def swapped_arguments(node: ast.AST) -> Iterator[Change]:
    """`f(a, b, c)` → `f(b, a, c)` and `f(a, c, b)`."""
    if isinstance(node, ast.Call) and not any(isinstance(argument, ast.Starred) for argument in node.args):
        for place in range(len(node.args) - 1):
            first, second = node.args[place : place + 2]
            yield partial(_set, node, "args", [*node.args[:place], second, first, *node.args[place + 2 :]])


def builtin(node: ast.AST) -> Iterator[Change]:
    """`max` ↔ `min`, `len` ↔ `sum`, `any` ↔ `all`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SWAPPED:
        yield partial(_set, node.func, "id", _SWAPPED[node.func.id])


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
