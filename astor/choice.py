"""A field that holds one of several option models, told apart by `type`, those of other packages among them."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BeforeValidator, ValidationError

from astor.explain import explain
from astor.options import Options


def choice(kind: str, find: Callable[[], Mapping[str, type[Options]]], default: str | None = None) -> BeforeValidator:
    """Reads a value as the option model of `find`'s that its `type` names; `kind` is a word for people.

    Without a `type` the value is of type `default`.
    """

    def parse(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return parse_options(kind, value.get("type", default), value, find())

    return BeforeValidator(parse)


def parse_options(
    kind: str, name: Any, value: Mapping[str, Any], models: Mapping[str, type[Options]], place: str = ""
) -> Options:
    """The options that `value` describes, by the model called `name`; ValueError says what is wrong.

    `place` is the key that they stand at, where it is another name.
    """
    if name not in models:
        near = get_close_matches(str(name), models, n=1)
        hint = f"did you mean {near[0]!r}" if near else f"known are {', '.join(sorted(models))}"
        raise ValueError(f"there is no {kind} {name!r}: {hint}")
    try:
        return models[name].model_validate(value)
    except ValidationError as error:
        raise ValueError(f"{place or name}: {explain(error, models[name])}") from error
