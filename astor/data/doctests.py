"""Modules whose functions show in their docstrings, after `>>>`, what calls of them return."""

import ast
import doctest
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from astor.data.assertions import is_literal, read_call
from astor.data.contents import digest_paths
from astor.data.docstrings import FLOAT_CMP, IGNORE_OUTPUT, NUMBER, describe, docstring_of, examples, without_docstrings
from astor.data.slicing import slice_module
from astor.data.source import Source
from astor.data.structure import parse, structural_hash
from astor.errors import UserError
from astor.options import Options
from astor.records import Call, Function, Item


class DoctestsOptions(Options):
    """Where the modules lie, and whose they are."""

    type: Literal["doctests"] = "doctests"
    path: Path
    """A Python file, or a directory that is searched for them; what begins with a dot is passed over."""
    licence: str = "unknown"
    """Licence of the modules, as an SPDX identifier."""


class DoctestsSource(Source):
    """The top-level functions that have examples, each with the part of its module that it needs.

    An example `>>> f(literals)` whose result is a literal becomes a call, and so does `>>> f(literals) == literal` with
    the result True. Other examples are counted in `parts_left_out`: they would need the docstring's own variables, or
    an exception, or printed text, to be compared. A function with no call is left out. The description is the docstring
    without its examples; the source is without docstrings, which tell what calls return.
    """

    options_type = DoctestsOptions
    options: DoctestsOptions

    def contents(self) -> str:
        """Of a directory its Python files alone."""
        return digest_paths(self.options.path, modules(self.options.path))

    def items(self) -> Iterator[Item]:
        self.left_out, self.parts_left_out = Counter(), Counter()
        root = self.options.path
        paths = list(modules(root))
        if not paths:
            raise UserError(f"{root} holds no Python file: give a module, or a directory with modules.")
        for path in paths:
            name = path.name if path == root else path.relative_to(root).as_posix()
            try:
                source = path.read_text("utf-8-sig").replace("\r\n", "\n")
                tree = parse(source)
            except (UnicodeDecodeError, SyntaxError, ValueError, RecursionError):
                self.left_out["the module is not in UTF-8, or no Python of this version"] += 1
                continue
            yield from self._module(name, source, tree)

    def _module(self, name: str, source: str, tree: ast.Module) -> Iterator[Item]:
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        for entry, node in functions.items():
            docstring = docstring_of(node)
            shown = examples(docstring)
            if not shown:
                continue
            calls = [call for example in shown if (call := self._call(example, entry)) is not None]
            if not calls:
                self.left_out["no example is a call on plain data"] += 1
                continue
            code = without_docstrings(slice_module(source, entry))
            yield Item(
                id=f"{name}:{entry}",
                content=Function(entry=entry, source=code, description=describe(docstring), calls=tuple(calls)),
                source=self.options.path.name,
                licence=self.options.licence,
                structural_hash=structural_hash(code),
            )

    def _call(self, example: doctest.Example, entry: str) -> Call | None:
        call = _read(example, entry)
        if isinstance(call, str):
            self.parts_left_out[f"example: {call}"] += 1
            return None
        return call


def modules(root: Path) -> Iterator[Path]:
    """The Python files of a directory in order of their paths, or the one file."""
    if root.is_file():
        yield root
        return
    for path in sorted(root.rglob("*.py")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts):
            yield path


def _read(example: doctest.Example, entry: str) -> Call | str:
    """The call that an example makes, or why it is none. Its options count, as `# doctest: +SKIP` says them."""
    if example.options.get(doctest.SKIP) or example.options.get(IGNORE_OUTPUT):
        return "it is skipped"
    if example.exc_msg is not None:
        return "it expects an exception"
    if not example.want.strip():
        return "it has no result"
    try:
        (statement,) = parse(example.source).body
    except (SyntaxError, ValueError):
        return "it is not one expression"
    if not isinstance(statement, ast.Expr):
        return "it is not one expression"
    asserted = statement.value
    if not (isinstance(asserted, ast.Compare) and example.want.strip() == "True"):
        try:
            want = parse(f"({example.want.strip()}\n)").body
        except (SyntaxError, ValueError):
            return "its result is not plain data"
        match want:
            case [ast.Expr(value=expected)] if not _is_whole(example, expected):
                return "its result is shown in part"
            case [ast.Expr(value=expected)] if is_literal(expected) and not _has_ellipsis(expected):
                asserted = ast.Compare(left=statement.value, ops=[ast.Eq()], comparators=[expected])
            case _:
                return "its result is not plain data"
    return read_call(ast.Assert(test=asserted), entry) or "it is not a call of the function on plain data"


def _is_whole(example: doctest.Example, expected: ast.expr) -> bool:
    """Whether the options leave no doubt of the result: what they let pass besides is not shown in it."""
    values = [part.value for part in ast.walk(expected) if isinstance(part, ast.Constant)]
    given = example.options.get
    return not (
        (given(doctest.ELLIPSIS) and "..." in example.want)
        or (
            given(doctest.NORMALIZE_WHITESPACE) and any(isinstance(v, str) and v != " ".join(v.split()) for v in values)
        )
        or ((given(NUMBER) or given(FLOAT_CMP)) and any(isinstance(value, float) for value in values))
    )


def _has_ellipsis(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Constant) and part.value is ... for part in ast.walk(node))
