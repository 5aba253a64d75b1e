"""Plain data as JSON, and back without loss: what the sandbox's codec carries, on the wire of the pool.

JSON's own null, bool, text, list, finite float and int up to 2**53 stand as they are; any other value is an object
with one key, its tag. Subclasses are no plain data, as in a request to a child. Of a NaN only that it is one is kept.
"""

import base64
import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from typing_extensions import TypeAliasType, TypedDict

from astor.sandbox.inside.codec import DEPTH, NotPlainDataError
from astor.sandbox.inside.tables import build_set

SAFE = 1 << 53
"""Ints up to here stand as JSON numbers: every reader of JSON takes them for what they are (RFC 8259, section 6)."""


def write_plain(value: Any) -> Any:
    """`value` as what `json.dumps` takes; NotPlainDataError where it is no plain data, or nested too deeply."""
    return _write(value, DEPTH)


def _write(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind is int:
        # Hexadecimal, because Python limits the decimal digits that it reads.
        return value if -SAFE <= value <= SAFE else {"int": hex(value)}
    if kind is str:
        return write_text(value)
    if value is None or kind is bool:
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if kind is bytes:
        return {"bytes": base64.b64encode(value).decode()}
    if kind is complex:
        return {"complex": [_write(value.real, depth), _write(value.imag, depth)]}
    if depth == 0:
        raise NotPlainDataError(f"nested more than {DEPTH} deep")
    if kind is list:
        return [_write(item, depth - 1) for item in value]
    if kind in (tuple, set, frozenset):
        return {kind.__name__: [_write(item, depth - 1) for item in value]}
    if kind is dict:
        return {"dict": [[_write(key, depth - 1), _write(item, depth - 1)] for key, item in value.items()]}
    raise NotPlainDataError(f"{kind.__name__} is not plain data")


def write_text(text: str) -> Any:
    """Text as it is; under a tag where it holds surrogates, two of which JSON would join to one character."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return {"text": base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()}
    return text


def read_plain(data: Any) -> Any:
    """The value that `data`, as `json.loads` gives it, stands for; ValueError where it stands for none."""
    try:
        return _read(data, DEPTH)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"broken data: {error}") from error


def read_text(data: Any) -> str:
    """The text that `data` stands for; ValueError where it stands for anything else."""
    text = read_plain(data)
    if type(text) is not str:
        raise ValueError("it is no text")
    return text


def _read(data: Any, depth: int) -> Any:
    kind = type(data)
    if kind is list:
        return _read_items(data, depth)
    if kind is not dict:
        return data
    if len(data) != 1:
        raise ValueError("an object must have one key, its tag")
    ((tag, payload),) = data.items()
    if tag not in _READERS:
        raise ValueError(f"unknown tag {tag[:20]!r}")
    return _READERS[tag](payload, depth)


def _read_items(payload: Any, depth: int) -> list[Any]:
    if type(payload) is not list:
        raise ValueError("a container's items must be a list")
    if depth == 0:
        raise ValueError(f"nested more than {DEPTH} deep")
    return [_read(item, depth - 1) for item in payload]


def _read_set(payload: Any, depth: int) -> set[Any]:
    items = _read_items(payload, depth)
    members = build_set(set, items)
    if len(members) != len(items):
        raise ValueError("a member twice")
    return members


def _read_dict(payload: Any, depth: int) -> dict[Any, Any]:
    if type(payload) is not list or depth == 0:
        raise ValueError(f"a dict must be a list of pairs, nested at most {DEPTH} deep")
    pairs = [(_read(key, depth - 1), _read(item, depth - 1)) for key, item in payload]
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key twice")
    return value


def _read_float(payload: Any, depth: int) -> float:
    if payload not in ("nan", "inf", "-inf"):
        raise ValueError("a tagged float must be nan, inf or -inf")
    return float(payload)


def _read_bytes(payload: Any, depth: int) -> bytes:
    return base64.b64decode(payload, validate=True)


def _read_complex(payload: Any, depth: int) -> complex:
    real, imag = map(_read_part, payload)
    return complex(real, imag)


def _read_part(part: Any) -> float:
    if type(part) is dict and list(part) == ["float"]:
        return _read_float(part["float"], 0)
    if type(part) is not float:
        raise ValueError("the parts of a complex number must be floats")
    return part


_READERS: dict[str, Callable[[Any, int], Any]] = {
    "int": lambda payload, depth: int(payload, 16),
    "float": _read_float,
    "complex": _read_complex,
    "bytes": _read_bytes,
    "text": lambda payload, depth: _read_bytes(payload, depth).decode("utf-8", "surrogatepass"),
    "tuple": lambda payload, depth: tuple(_read_items(payload, depth)),
    "set": _read_set,
    "frozenset": lambda payload, depth: frozenset(_read_set(payload, depth)),
    "dict": _read_dict,
}


class Tagged(TypedDict, total=False):
    """A value that JSON has no form for, under exactly one of these keys, its tag."""

    int: Annotated[str, Field(description="An int beyond 2**53, hexadecimal, with a sign: -0x20000000000001.")]
    float: Literal["nan", "inf", "-inf"]
    complex: Annotated[list[Any], Field(description="Real and imaginary part, each a float or one under its tag.")]
    bytes: Annotated[str, Field(description="Base64.")]
    text: Annotated[str, Field(description="Text that holds surrogates: its UTF-8, those included, as base64.")]
    tuple: "list[PlainData]"
    set: "list[PlainData]"
    frozenset: "list[PlainData]"
    dict: Annotated["list[list[PlainData]]", Field(description="Pairs of key and value, in order.")]


PlainData = TypeAliasType("PlainData", "bool | int | float | str | list[PlainData] | Tagged | None")

Plain = Annotated[Any, PlainValidator(read_plain, json_schema_input_type=PlainData)]
"""A field that holds plain data, read from the wire as a value."""

Text = Annotated[str, PlainValidator(read_text, json_schema_input_type=str | Tagged)]
"""A field that holds text, surrogates included."""
