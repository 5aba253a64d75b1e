"""Data of classes that one process has defined, as the other has it: named tuples, and members of enumerations that are
numbers or texts.

They are data, so they cross as data, and are compared as such where they arrive; what else they have, as methods and
properties, is asked for where their class is. Standard library only.
"""

import sys
from collections import namedtuple
from collections.abc import Callable
from typing import Any

Ask = Callable[[Any, str], Any]
"""(value or class, name) → its attribute, in the process that has defined it."""


def is_record(kind: Any) -> bool:
    """Whether `kind` is a class of named tuples."""
    if not isinstance(kind, type) or not issubclass(kind, tuple):
        return False
    fields, defaults = (getattr(kind, name, None) for name in ("_fields", "_field_defaults"))
    return isinstance(fields, tuple) and isinstance(defaults, dict)


def is_member(value: Any) -> bool:
    """Whether `value` is a member of an enumeration, and a number or a text."""
    enum = sys.modules.get("enum")
    return enum is not None and isinstance(value, enum.Enum) and isinstance(value, int | str)


def member_facts(value: Any) -> tuple[Any, ...]:
    """("member", its data, its name, the name of its class)."""
    base = int if isinstance(value, int) else str
    data = base.__int__(value) if base is int else str.__str__(value)
    return ("member", data, value.name or "", type(value).__name__)


def record_class(name: str, fields: tuple[str, ...], defaults: dict[str, Any], ask: Ask | None) -> type:
    """A class of named tuples with these fields; ValueError, or TypeError, where there can be none."""

    def of_value(self: Any, name: str) -> Any:
        return _asked(self, name, ask)

    def of_class(cls: Any, name: str) -> Any:
        return _asked(cls, name, ask)

    values = [defaults[field] for field in fields if field in defaults]
    plain: Any = namedtuple(name, fields, defaults=values)  # type: ignore[misc]
    meta = type("Record", (type,), {"__getattr__": of_class})
    own = {"__slots__": (), "__getattr__": of_value, "__module__": "program"}
    return meta(name, (plain,), own)  # type: ignore[no-any-return]


def member(data: Any, name: str, kind: str, ask: Ask | None) -> Any:
    """A number or text with a name, that equals its data; ValueError for any other data."""
    base = next((base for base in (int, str) if type(data) is base), None)
    if base is None:
        raise ValueError("no member of an enumeration")

    def attribute(self: Any, name: str) -> Any:
        return _asked(self, name, ask)

    known = {"name": name, "value": data, "_name_": name, "_value_": data, "__getattr__": attribute}
    return type(kind, (base,), known)(data)


def _asked(value: Any, name: str, ask: Ask | None) -> Any:
    if ask is None or (name.startswith("__") and name.endswith("__")):
        raise AttributeError(name)
    return ask(value, name)
