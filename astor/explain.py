"""What is wrong with a recipe, in one sentence."""

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """The first mistake in `error`, made while validating `model`: the key, the value, and the nearest known key."""
    first = error.errors()[0]
    place = ".".join(str(key) for key in first["loc"])
    if first["type"] == "extra_forbidden":
        *parents, name = first["loc"]
        known = _known_keys(model, parents)
        near = get_close_matches(str(name), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}" if near else f"known keys are {', '.join(sorted(known))}"
        return f"unknown key {place!r}: {hint}"
    if first["type"] == "missing":
        return f"the key {place!r} is missing"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return f"{place}: {message}" if place else message
    return f"{place} is {first['input']!r}: {message[0].lower()}{message[1:]}"


def _known_keys(model: type[BaseModel], path: list[Any]) -> list[str]:
    for key in path:
        if key not in model.model_fields:
            continue
        candidates: list[Any] = [model.model_fields[key].annotation]
        while candidates and not (isinstance(candidates[0], type) and issubclass(candidates[0], BaseModel)):
            candidates = [*get_args(candidates[0]), *candidates[1:]]
        if candidates and candidates[0] is not None:
            model = candidates[0]
    return list(model.model_fields)
