"""The packages that programs may import: what is declared, what it depends on, and the files of both."""

import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

from astor.errors import UserError


@dataclass(frozen=True)
class Libraries:
    """Where declared packages are found; all paths are absolute."""

    modules: dict[str, str] = field(default_factory=dict)
    """Name of a top-level module → the directory that holds it."""
    metadata: dict[str, str] = field(default_factory=dict)
    """Name of a distribution, as an import would have it → its directory of metadata."""
    files: dict[str, None] = field(default_factory=dict)
    """Files, and directories with all beneath."""
    directories: dict[str, None] = field(default_factory=dict)
    """Directories of which only a part is declared: an import lists them."""


@cache
def find_libraries(names: tuple[str, ...]) -> Libraries:
    """What the top-level packages `names` need, by the requirements of their distributions without extras.

    The standard library needs no declaration. UserError where a package is not installed.
    """
    found = Libraries()
    locations = {name: _location(name) for name in names if name not in sys.stdlib_module_names}
    for each in _with_requirements(locations) if locations else ():
        place = Path(str(each.locate_file(""))).resolve()
        for parts, whole in _parts([file.parts for file in each.files or () if ".." not in file.parts]):
            path = place.joinpath(*parts)
            if path.exists():
                (found.files if whole else found.directories)[str(path)] = None
                found.modules[parts[0].partition(".")[0]] = str(place)
            if parts[0].endswith(".dist-info"):
                found.metadata[re.sub("[-_.]+", "_", each.name).lower()] = str(place / parts[0])
    for name, location in locations.items():
        # A distribution of the system's, or a project in development, may not list its files.
        if name not in found.modules:
            found.modules[name] = str(location.parent)
            found.files[str(location)] = None
    return found


def _location(name: str) -> Path:
    """File or directory of a top-level module."""
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    if spec is None:
        raise UserError(
            f"allowed_imports names {name!r}, which is no package that is installed here: install it, or leave it out."
        )
    (location, *_) = spec.submodule_search_locations or [str(spec.origin)]
    return Path(location).resolve()


def _with_requirements(names: Iterable[str]) -> Iterator[Distribution]:
    """The distributions of modules, and those that they need as far as they are installed."""
    distributions = packages_distributions()
    waiting = [each for name in names for each in distributions.get(name, ())]
    seen = set[str]()
    while waiting:
        name = waiting.pop()
        try:
            found = distribution(name)
        except PackageNotFoundError:  # Another platform's, or one that the package can do without.
            continue
        if found.name in seen:
            continue
        seen.add(found.name)
        yield found
        for requirement in map(Requirement, found.requires or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)


def _parts(files: list[tuple[str, ...]], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The files and directories that hold `files`, and whether each is theirs as a whole.

    A package is, and so is a directory that could be none by its name, as `numpy.libs`. Others may share the rest:
    namespace packages, and the compiled forms of single modules.
    """
    entries: dict[str, list[tuple[str, ...]]] = {}
    for first, *rest in files:
        entries.setdefault(first, []).append(tuple(rest))
    for first, beneath in entries.items():
        is_package = any(rest[:1] and rest[0].startswith("__init__.") and len(rest) == 1 for rest in beneath)
        whole = "." in first or () in beneath or is_package
        yield (*above, first), whole
        if not whole:
            yield from _parts(beneath, (*above, first))
