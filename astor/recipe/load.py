"""Reading a recipe: one YAML file, changed by dotted overrides; every mistake is one sentence."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from astor.errors import UserError
from astor.explain import explain
from astor.recipe.recipe import Recipe


def load_recipe(name: str, overrides: Mapping[str, Any] | None = None) -> Recipe:
    """The recipe in the file `name`, or the packaged one of that name, with `overrides` (dotted key → value) applied.

    A `name` of several lines, or that begins with a brace, is the YAML itself: a pipeline carries a recipe that way.

    Raises:
        UserError: naming the file, the key, the nearest known key and what was expected.
    """
    if "\n" in name or name.startswith("{"):
        return parse_recipe(parse_yaml(name, "the recipe"), overrides)
    return parse_recipe(read_recipe(name), overrides, where=name)


def read_recipe(name: str) -> Any:
    """The YAML value of the recipe file `name`, or of the packaged recipe of that name."""
    path = Path(name)
    packaged = files("astor.recipes") / f"{name.removesuffix('.yaml')}.yaml"
    if path.is_file():
        text = path.read_bytes()
    elif "/" not in name and packaged.is_file():
        text = packaged.read_bytes()
    else:
        known = sorted(file.name.removesuffix(".yaml") for file in files("astor.recipes").iterdir())
        names = ", ".join(file for file in known if not file.startswith("_"))
        raise UserError(f"There is no recipe file {name}; packaged recipes are {names}.")
    return parse_yaml(text, name)


def parse_yaml(text: str | bytes, where: str) -> Any:
    """The YAML value of `text`; a UserError names `where` it stands, and where in it YAML ends."""
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark else where
        raise UserError(f"{place} is not YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise UserError(f"{where} is not YAML: {' '.join(str(error).split())}.") from error


def parse_recipe(value: Any, overrides: Mapping[str, Any] | None = None, where: str = "the recipe") -> Recipe:
    """The recipe that the plain value `value` describes."""
    if not isinstance(value, dict):
        raise UserError(f"{where} holds a {type(value).__name__}, not a mapping of keys: see recipes/quickstart.yaml.")
    for key, replacement in (overrides or {}).items():
        _override(value, key, replacement, where)
    try:
        return Recipe.model_validate(value)
    except ValidationError as error:
        raise UserError(f"{where}: {explain(error, Recipe)}.") from error


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


def _override(value: Any, key: str, replacement: Any, where: str) -> None:
    """Set the place that the dotted `key` names; numbers are places in lists."""
    *path, last = key.split(".")
    try:
        for step in path:
            value = value[int(step)] if isinstance(value, list) else value.setdefault(step, {})
        value[int(last) if isinstance(value, list) else last] = replacement
    except (AttributeError, IndexError, TypeError, ValueError):
        raise UserError(f"{where}: the override {key} names no place in it: a step of it is no key there.") from None
