"""Finds the packages that programs may import, and no others that lie beside them. Standard library only."""

from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.metadata import Distribution


class DeclaredPackages:
    """Goes to `sys.meta_path`. All that needs a look at their directories is done when it is made."""

    def __init__(self, modules: dict[str, str], metadata: dict[str, str]) -> None:
        """`modules` and `metadata` are those of `astor.sandbox.isolation.libraries.Libraries`."""
        self._specs = {name: PathFinder.find_spec(name, [directory]) for name, directory in modules.items()}
        self._metadata = metadata

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """As `importlib.abc.MetaPathFinder` has it."""
        return self._specs.get(name) if path is None else None

    def find_distributions(self, context: Any) -> Iterator["Distribution"]:
        """Many packages ask for their own version when they are imported."""
        from importlib.metadata import PathDistribution
        from pathlib import Path

        for name, directory in self._metadata.items():
            if context.name is None or context.name.lower().replace("-", "_").replace(".", "_") == name:
                yield PathDistribution(Path(directory))
