"""What import-linter does not see: components and pipelines lie outside the package folder."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "components": {
        f"astor.{room}" for room in ("components", "loop", "steps", "run", "recipe", "policies", "storage", "errors")
    },
    "pipelines": {f"astor.{room}" for room in ("pipelines", "components", "run", "recipe", "options", "errors")},
}


def imports_of(path: Path) -> set[str]:
    """The rooms of astor that a file imports, as `astor.steps`."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
        elif isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
    return {".".join(module.split(".")[:2]) for module in modules if module.startswith("astor.")}


@pytest.mark.parametrize("room", ALLOWED)
def test_components_and_pipelines_import_only_from_below(room: str) -> None:
    for path in (ROOT / room).glob("*.py"):
        assert imports_of(path) <= ALLOWED[room], path


def test_only_what_submits_pipelines_imports_them() -> None:
    for path in (ROOT / "astor").rglob("*.py"):
        above = {"astor.pipelines", "astor.components", "astor.cli"}
        if "launch" in path.parts:
            above -= {"astor.pipelines"}
        if "cli" not in path.parts:
            assert not imports_of(path) & above, path


def test_no_file_is_too_long_to_be_read_at_one_sitting() -> None:
    tracked = [path for folder in ("astor", "components", "pipelines") for path in (ROOT / folder).rglob("*.py")]
    assert not {str(path): lines for path in tracked if (lines := len(path.read_text().splitlines())) > 250}
