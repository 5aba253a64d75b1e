"""Reading a recipe: one YAML file, changed by dotted overrides; every mistake is one sentence."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from astor.errors import UserError
from astor.explain import explain
from astor.recipe.recipe import Recipe

MERGE = "tag:yaml.org,2002:merge"
"""The tag of `<<`, which may stand several times."""


def load_recipe(name: str, overrides: Mapping[str, Any] | None = None) -> Recipe:
    """The recipe in the file `name`, or the packaged one of that name, with `overrides` (dotted key → value) applied.

    A `name` of several lines, or that begins with a brace, is the YAML itself: a pipeline carries a recipe that way.

    Raises:
        UserError: naming the file, the key, the nearest known key and what was expected.
    """
    if "\n" in name or name.startswith("{"):
        return parse_recipe(parse_yaml(name, "the recipe"), overrides)
    return parse_recipe(read_recipe(name), overrides, where=name)


def packaged_recipes() -> list[str]:
    """Names of the recipes that come with the package, sorted."""
    found = (Path(file.name) for file in files("astor.recipes").iterdir())
    return sorted(file.stem for file in found if file.suffix == ".yaml")


def is_recipe(name: str) -> bool:
    """Whether `name` is a recipe file, or the name of a packaged recipe."""
    return Path(name).is_file() or name.removesuffix(".yaml") in packaged_recipes()


def read_recipe(name: str) -> Any:
    """The YAML value of the recipe file `name`, or of the packaged recipe of that name."""
    path = Path(name)
    if path.is_file():
        text = path.read_bytes()
    elif is_recipe(name):
        text = (files("astor.recipes") / f"{name.removesuffix('.yaml')}.yaml").read_bytes()
    else:
        known = packaged_recipes()
        near = get_close_matches(path.stem, known, n=1)
        hint = f": did you mean {near[0]}" if near else ""
        raise UserError(f"There is no recipe file {name}{hint}; packaged recipes are {', '.join(known)}.")
    return parse_yaml(text, name)


def parse_yaml(text: str | bytes, where: str) -> Any:
    """The YAML value of `text`; a UserError names `where` it stands, and where in it YAML ends."""
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark else where
        raise UserError(f"{place} is not YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise UserError(f"{where} is not YAML: {' '.join(str(error).split())}.") from error


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping, of which YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) and key.tag != MERGE else None
            if name is not None and (key.tag, name) in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {name!r} stands there twice", problem_mark=key.start_mark)
            seen.add((key.tag, name))
        return super().construct_mapping(node, deep)


def parse_recipe(value: Any, overrides: Mapping[str, Any] | None = None, where: str = "the recipe") -> Recipe:
    """The recipe that the plain value `value` describes."""
    if not isinstance(value, dict):
        raise UserError(f"{where} holds a {type(value).__name__}, not a mapping of keys: see recipes/quickstart.yaml.")
    value = override(value, overrides or {}, where)
    try:
        recipe = Recipe.model_validate(value)
    except ValidationError as error:
        raise UserError(f"{where}: {explain(error, Recipe)}.") from error
    if slip := _truth_read_as_number(value, recipe):
        place, truth = slip
        raise UserError(f"{where}: {place} is {str(truth).lower()}: give a number.")
    return recipe


def override(value: Any, overrides: Mapping[str, Any], where: str) -> Any:
    """The plain value of a recipe, itself changed, with `overrides` (dotted key → value) applied."""
    for key, replacement in overrides.items():
        _override(value, key, replacement, where)
    return value


def parse_overrides(assignments: Iterable[str]) -> dict[str, Any]:
    """`["rounds=3", "training.learning_rate=1e-4"]` as a mapping, the values read as YAML."""
    overrides = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise UserError(f"The override {assignment!r} has no value: write KEY=VALUE, as rounds=10.")
        overrides[key] = parse_yaml(value, f"The value of the override {assignment!r}")
        if isinstance(overrides[key], str):
            with suppress(ValueError):  # YAML 1.1 reads 1e-4 as a string
                overrides[key] = float(value)
    return overrides


def _truth_read_as_number(given: Any, read: Any, place: str = "") -> tuple[str, bool] | None:
    """Where a value that was given is true or false, and was read as 1 or 0, which is a slip; and which of the two."""
    if isinstance(given, bool):
        return None if isinstance(read, bool) or not isinstance(read, int | float) else (place, given)
    below: Iterable[tuple[Any, Any, Any]] = ()
    if isinstance(given, Mapping):
        below = ((k, v, read.get(k) if isinstance(read, Mapping) else getattr(read, k, None)) for k, v in given.items())
    elif isinstance(given, list) and isinstance(read, tuple | list):
        below = zip(range(len(given)), given, read, strict=False)
    slips = (_truth_read_as_number(value, as_read, f"{place}.{key}".strip(".")) for key, value, as_read in below)
    return next(filter(None, slips), None)


def _override(value: Any, key: str, replacement: Any, where: str) -> None:
    """Set the place that the dotted `key` names; numbers are places in lists."""
    *path, last = key.split(".")
    for number, step in enumerate(path):
        place = _place(value, step, ".".join(path[:number]), where, key)
        value = value[place] if isinstance(value, list) else value.setdefault(place, {})
        if value is None:
            raise UserError(f"{where}: the override {key} names no place in it: {step} is empty, so set it whole.")
    value[_place(value, last, ".".join(path), where, key)] = replacement


def _place(value: Any, step: str, reached: str, where: str, key: str) -> Any:
    """The key or index that `step` is of `value`, which stands at `reached`."""
    if isinstance(value, dict):
        return step
    if not isinstance(value, list):
        raise UserError(f"{where}: the override {key} names no place in it: {reached} is {value!r}, and has no keys.")
    if not (step.isdecimal() and int(step) < len(value)):
        last = f"0 to {len(value) - 1}" if len(value) > 1 else "0" if value else "none"
        raise UserError(
            f"{where}: the override {key} names no place in it: {reached} is a list with the places {last}, and {step} "
            f"is not among them; set {reached} whole to add one."
        )
    return int(step)
