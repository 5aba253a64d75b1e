"""What a function is when its names are taken away."""

import ast
import re
import warnings
from functools import lru_cache

from astor.storage import digest_bytes

NO_PYTHON = "it is no Python of this version"
"""Why an entry is left out whose code does not parse, as reports count it."""


def parse(source: str) -> ast.Module:
    """The syntax tree of code that others wrote, without Python's warnings about its style."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


class _Names(ast.NodeTransformer):
    """Numbers the names that the code itself binds, in order of appearance; builtins and attributes keep theirs."""

    def __init__(self, bound: set[str]) -> None:
        self.bound, self.numbers = bound, dict[str, str]()

    def _number(self, name: str) -> str:
        return self.numbers.setdefault(name, f"_{len(self.numbers)}") if name in self.bound else name

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._number(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg, node.annotation = self._number(node.arg), None
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        if node.arg is not None:
            node.arg = self._number(node.arg)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = self._number(node.name), None
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._number(node.name)
        return self.generic_visit(node)


def _bound_names(tree: ast.AST) -> set[str]:
    bound = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
    return bound


def structure_of(source: str, statement: str) -> str:
    """`structural_hash` of the source, or where there is none of the words of the statement; 64 hexadecimal digits."""
    if source:
        return structural_hash(source)
    return digest_bytes(" ".join(re.findall(r"\w+", statement.lower())).encode())


@lru_cache(maxsize=1 << 16)
def structural_hash(source: str) -> str:
    """SHA-256 of the syntax tree with bound names numbered and constants kept; 64 hexadecimal digits.

    Comments, layout, docstrings and annotations do not count. SyntaxError where `source` is no Python.
    """
    tree = parse(source)
    return digest_bytes(ast.dump(_Names(_bound_names(tree)).visit(tree)).encode())
