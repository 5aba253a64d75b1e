"""Methods: named changes of a recipe, packaged or of one's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from astor.errors import UserError
from astor.experiments.overlay import filled, nested
from astor.explain import explain, nearest
from astor.options import Options
from astor.recipe.load import parse_yaml
from astor.storage import digest_json

OWN = "method"
"""The key of a method's file that is no key of a recipe."""


class RunsOptions(Options):
    """What runs a method is made of, beside one for each seed: the key `method` of its file."""

    per_task: Literal["whole", "split"] | None = None
    """A run for each task, whose key stands where the file says TASK; with the `whole` budget each, or `split` into
    equal parts, so that all of them cost what one run of another method does."""
    merge: Literal["average", "ties"] | None = None
    """The last policies of the runs of the tasks are made into one, which is evaluated."""


@dataclass(frozen=True)
class Method:
    """A name, what changes in the recipe, nested, and which runs there are."""

    name: str
    overlay: Mapping[str, Any] = field(default_factory=dict)
    runs: RunsOptions = field(default_factory=RunsOptions)
    seeds: int | None = None
    """It is run with the first so many of a comparison's seeds; None: with all."""

    @property
    def digest(self) -> str:
        """SHA-256 of what the method changes."""
        return digest_json([self.overlay, self.runs.model_dump(mode="json")])


def load_method(name: str) -> Method:
    """The method in the YAML file `name`, or the packaged one of that name.

    Raises:
        UserError: there is none (the nearest is named), or it is no mapping of a recipe's keys.
    """
    folder, path = files("astor.recipes") / "methods", Path(name)
    packaged = folder / f"{name}.yaml"
    if path.suffix in (".yaml", ".yml") and path.is_file():
        text = path.read_bytes()
    elif "/" not in name and packaged.is_file():
        text = packaged.read_bytes()
    else:
        known = sorted(Path(file.name).stem for file in folder.iterdir() if file.name.endswith(".yaml"))
        raise UserError(
            f"There is no method {name!r}: {nearest(path.stem, known, 'known are')}; the path of a YAML file of your "
            "own is a method too."
        )
    return parse_method(path.stem, parse_yaml(text, name), name)


def parse_method(name: str, value: Any, where: str) -> Method:
    """The method that the plain value `value` describes; None is one that changes nothing."""
    if not isinstance(value, Mapping | None):
        raise UserError(f"{where} holds a {type(value).__name__}, not a mapping of a recipe's keys.")
    overlay = dict(value or {})
    try:
        runs = RunsOptions.model_validate(overlay.pop(OWN, {}))
    except ValidationError as error:
        raise UserError(f"{where}: {explain(error, RunsOptions, (OWN,))}.") from error
    if runs.merge and not runs.per_task:
        raise UserError(f"{where}: method.merge needs the runs that are merged: add per_task: whole, or split.")
    if runs.per_task and filled(overlay, "") == overlay:
        raise UserError(
            f"{where}: method.per_task makes a run for each task, and nothing says TASK, where the task's key would "
            "stand: all of them would be the same run."
        )
    return Method(name, nested(overlay), runs)


def load_methods(names: Sequence[str]) -> list[Method]:
    """The named methods; UserError where two have one name, or none is named."""
    methods = [load_method(name) for name in names]
    if not methods:
        raise UserError("There is nothing to compare: name methods with --methods, as astor,uniform.")
    seen: set[str] = set()
    for method in methods:
        if method.name in seen:
            raise UserError(f"Two methods are called {method.name!r}: leave one out, or give its file another name.")
        seen.add(method.name)
    return methods
