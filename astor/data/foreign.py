"""What models of others' records share: null is not there, and a list may be written within a text."""

import ast
import io
import json
import tokenize
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, model_validator


class ForeignRecord(BaseModel):
    """A record, or a part of one, whose other fields are passed over; a field that is null is not there."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: field for name, field in value.items() if field is not None}


def unpacked(value: Any) -> Any:
    """The list or object that a text holds as JSON or as Python writes it, as cells of CSV do; anything else as it is.

    ValueError where a text is neither.
    """
    if not isinstance(value, str):
        return value
    if not value.strip():
        return []
    try:
        return json.loads(value)
    except ValueError:
        pass
    try:
        found = ast.literal_eval(value.strip())
        tokens = [token.type for token in tokenize.generate_tokens(io.StringIO(value.strip()).readline)]
    except (ValueError, SyntaxError, tokenize.TokenError) as error:
        raise ValueError("it is neither a list nor one in a text, as JSON or in Python") from error
    if any(pair == (tokenize.STRING, tokenize.STRING) for pair in pairwise(t for t in tokens if t != tokenize.NL)):
        raise ValueError("it is a list as numpy prints it, without commas: write it as JSON")
    return found


PACKED = BeforeValidator(unpacked)
"""Of a field that is a list or an object, or a text that holds one."""
Texts = Annotated[list[str], PACKED]
"""A list of texts, or a text that holds one."""
