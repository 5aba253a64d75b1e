"""What is wrong with a recipe, or a line of a file, in one sentence."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

WANTED = {
    "model_type": "give a mapping of keys",
    "model_attributes_type": "give a mapping of keys",
    "dict_type": "give a mapping of keys",
    "mapping_type": "give a mapping of keys",
    "tuple_type": "give a list",
    "list_type": "give a list",
    "too_short": "give one at least",
    "string_type": "give text",
    "path_type": "give a path",
    "int_type": "give a whole number",
    "int_parsing": "give a whole number",
    "int_from_float": "give a whole number",
    "float_type": "give a number",
    "float_parsing": "give a number",
    "bool_type": "give true or false",
    "bool_parsing": "give true or false",
}
"""Type of pydantic's error → what to do."""
MOST_CHARACTERS = 60
"""Characters shown of a wrong value of a line."""


class NestedMistakeError(ValueError):
    """A mistake in a value that was read by a model of its own, at `path` below the field that holds it."""

    def __init__(self, path: tuple[str, ...], error: ValidationError, model: type[BaseModel]) -> None:
        super().__init__(explain(error, model, path))
        self.path, self.error, self.model = path, error, model


def explain(error: ValidationError, model: type[BaseModel], path: tuple[str | int, ...] = ()) -> str:
    """The first mistake in `error`, made while validating `model` at `path`: key, value, and the nearest known key."""
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    location = (*path, *first["loc"])
    if isinstance(cause, NestedMistakeError):
        return explain(cause.error, cause.model, (*location, *cause.path))
    place = ".".join(str(key) for key in location)
    if first["type"] == "extra_forbidden":
        *parents, name = first["loc"]
        return f"unknown key {place!r}: {nearest(str(name), known_keys(model, parents), 'known keys are')}"
    if first["type"] == "missing":
        return f"the key {place!r} is missing"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return f"{place}: {message}" if place else message
    value = first["input"]
    if first["type"] == "literal_error":
        known = [str(each) for each in _choices(first)]
        return f"{place} is {value!r}: {nearest(str(value), known, 'give one of')}"
    return f"{place} is {value!r}: {WANTED.get(first['type'], f'{message[0].lower()}{message[1:]}')}"


def explain_field(error: ValidationError, kinds: Mapping[str, type[BaseModel]]) -> str:
    """The first mistake in a line of a file, whose fields are those of the model of its kind."""
    first = error.errors()[0]
    kind, *fields = first["loc"] if first["loc"] and first["loc"][0] in kinds else ("", *first["loc"])
    place = f"field {'.'.join(map(str, fields))!r}" if fields else "it"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        *parents, name = fields
        known = known_keys(kinds[str(kind)], parents) if kind else []
        return f"unknown {place}" + (f": {nearest(str(name), known, 'known fields are')}" if known else "")
    if first["type"] == "missing":
        return f"{place} is missing"
    if first["type"] == "union_tag_invalid":
        return f"there is no kind {first['ctx']['tag']!r}: {nearest(first['ctx']['tag'], list(kinds), 'known are')}"
    if first["type"] == "value_error":
        return f"{place}: {message}"
    value = repr(first["input"])
    shown = value if len(value) <= MOST_CHARACTERS else f"{value[:MOST_CHARACTERS]}…"
    return f"{place} is {shown}: {WANTED.get(first['type'], f'{message[0].lower()}{message[1:]}')}"


def nearest(name: str, known: Mapping[str, Any] | list[str], otherwise: str, cutoff: float = 0.5) -> str:
    """`did you mean 'NEAREST'`, or `otherwise` and all that are known, where none is near."""
    near = get_close_matches(name, known, n=1, cutoff=cutoff)
    return f"did you mean {near[0]!r}" if near else f"{otherwise} {', '.join(sorted(known))}"


def known_keys(model: type[BaseModel], path: list[Any]) -> list[str]:
    """Keys of the model at `path` below `model`."""
    for key in path:
        if key not in model.model_fields:
            continue
        candidates: list[Any] = [model.model_fields[key].annotation]
        while candidates and not (isinstance(candidates[0], type) and issubclass(candidates[0], BaseModel)):
            candidates = [*get_args(candidates[0]), *candidates[1:]]
        if candidates and candidates[0] is not None:
            model = candidates[0]
    return list(model.model_fields)


def _choices(error: Any) -> list[str]:
    """The values that a literal may have, from pydantic's words: `'step' or 'segment'`."""
    return [word.strip("'") for word in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
