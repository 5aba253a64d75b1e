"""The base of every option model: frozen, and closed to keys that it does not know."""

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Options stand beside the class that they configure; `astor.recipe` joins them into a recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
