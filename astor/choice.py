"""A field that holds one of several option models, told apart by `type`, those of other packages among them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from astor.explain import NestedMistakeError, nearest
from astor.options import Options

Models = Callable[[], Mapping[str, type[Options]]]
"""Gives name → option model; asked anew for each value, and for each schema."""
Schema = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """What a field is annotated with: how its value is read, and what the JSON Schema says of it."""

    parse: Callable[[Any], Any]
    models: Models
    describe: Callable[[Schema, dict[str, Schema]], Schema]
    """The field's schema, of what it would be without the choice and of each model's, by name."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.parse, handler(source))

    def __get_pydantic_json_schema__(self, field: CoreSchema, handler: GetJsonSchemaHandler) -> Schema:
        models = {name: handler(model.__pydantic_core_schema__) for name, model in self.models().items()}
        return self.describe(handler(field), models)


def choice(kind: str, find: Models, default: str | None = None) -> Choice:
    """Reads a value as the option model of `find`'s that its `type` names; `kind` is a word for people.

    Without a `type` the value is of type `default`.
    """

    def parse(value: Any) -> Any:
        if isinstance(value, str) and value in find():
            raise ValueError(f"{value!r} is a {kind} without its keys: write {{type: {value}}}")
        if not isinstance(value, Mapping):
            return value
        return parse_options(kind, value.get("type", default), value, find())

    def describe(_: Schema, models: dict[str, Schema]) -> Schema:
        return {"oneOf": [model if name == default else _with_type(model) for name, model in models.items()]}

    return Choice(parse, find, describe)


def _with_type(model: Schema) -> Schema:
    return model | {"required": [*model.get("required", ()), "type"]}


def parse_options(
    kind: str, name: Any, value: Mapping[str, Any], models: Mapping[str, type[Options]], place: str = ""
) -> Options:
    """The options that `value` describes, by the model called `name`; ValueError says what is wrong.

    `place` is the key that they stand at, where it is another name.
    """
    if name not in models:
        hint = nearest(str(name), models, "known are", cutoff=0.6)
        if name is None:
            raise ValueError(f"the key 'type' is missing: {hint}")
        raise ValueError(f"there is no {kind} {name!r}: {hint}")
    try:
        return models[name].model_validate(value)
    except ValidationError as error:
        raise NestedMistakeError((place,) if place else (), error, models[name]) from error
