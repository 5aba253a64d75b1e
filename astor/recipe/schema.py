"""The recipe as JSON Schema, the models of other packages among it."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from astor.recipe.recipe import Recipe


class Untitled(GenerateJsonSchema):
    """Repeats no key as its own title."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def recipe_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a recipe: editors complete and check by it. What only validators refuse is not in it."""
    schema = Recipe.model_json_schema(schema_generator=Untitled)
    return {"$schema": Untitled.schema_dialect, **schema}
