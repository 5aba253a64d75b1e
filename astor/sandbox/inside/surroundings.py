"""What test code takes for granted around it: modules by other names that the function comes from, and that patches
reach it. Standard library only."""

import ast
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

from astor.sandbox.inside.builtin_fixtures import refuse_foreign, refuse_foreign_mapping


def stand_ins(source: str, entry: str) -> list[str]:
    """Names of modules that can't be found and of which `source` imports `entry` alone: it means the program."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    wanted: dict[str, set[str]] = {}
    for name, attributes in _imports(tree):
        wanted.setdefault(name, set()).update(attributes)
    names = [name for name, attributes in wanted.items() if attributes == {entry} and not _exists(name)]
    return [".".join(name.split(".")[: n + 1]) for name in names for n in range(name.count(".") + 1)]


def _imports(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, _attributes(tree, alias.asname or alias.name)


def _attributes(tree: ast.AST, name: str) -> set[str]:
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {node.attr for node in found if isinstance(node.value, ast.Name) and node.value.id == name}


def _exists(name: str) -> bool:
    root = name.partition(".")[0]
    if root in sys.modules:
        return True
    try:
        return find_spec(root) is not None
    except (ImportError, ValueError):
        return False


def guard_mock(source: str, refuse: Callable[[str], Any]) -> None:
    """Have `unittest.mock` refuse patches of what the program has of its own."""
    if "mock" not in source:
        return
    from unittest import mock as found

    mock: Any = found
    enter, enter_mapping = mock._patch.__enter__, mock._patch_dict._patch_dict

    def guarded(self: Any) -> Any:
        refuse_foreign(self.getter(), self.attribute, refuse)
        return enter(self)

    def guarded_mapping(self: Any) -> Any:
        mapping = self.in_dict
        refuse_foreign_mapping(find(mapping) if isinstance(mapping, str) else mapping, refuse)
        return enter_mapping(self)

    def find(dotted: str) -> Any:
        import pkgutil

        return pkgutil.resolve_name(dotted)

    mock._patch.__enter__ = guarded
    mock._patch_dict._patch_dict = guarded_mapping
