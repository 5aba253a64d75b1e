"""What is imported beside programs; import-linter sees that none of it is astor's."""

import ast
import sys
from pathlib import Path

import pytest

import astor.sandbox.inside

FILES = sorted(Path(astor.sandbox.inside.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_all_that_is_imported_is_of_the_standard_library(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    others = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    assert all(name.startswith("astor.sandbox.inside") for name in others), others
