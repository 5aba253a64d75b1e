"""Values of the standard library's own classes, as parts that cross a link and as the same values again; and numpy's
arrays and numbers, where programs may import it.

Exactly these classes, none that derives from them: what a program overrides is not there on the other side. Each is
found by its name, and its module imported where a value of it arrives. Standard library only.
"""

import re
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from astor.sandbox.inside.codec import CodecError

Parts = tuple[Any, ...]


def _text(value: Any) -> Parts:
    return (str(value),)


def _items(value: Any) -> Parts:
    return (dict(value),)


def _attributes(*names: str) -> Callable[[Any], Parts]:
    return lambda value: tuple(getattr(value, name) for name in names)


_PARTS: dict[str, Callable[[Any], Parts]] = {
    "builtins.bytearray": lambda value: (bytes(value),),
    "builtins.memoryview": lambda value: (value.tobytes(),),
    "builtins.range": _attributes("start", "stop", "step"),
    "builtins.slice": _attributes("start", "stop", "step"),
    "builtins.dict_keys": lambda value: (list(value),),
    "builtins.dict_items": lambda value: (list(value),),
    "builtins.mappingproxy": _items,
    "collections.deque": lambda value: (list(value), value.maxlen),
    "collections.Counter": _items,
    "collections.OrderedDict": lambda value: (list(value.items()),),
    "collections.defaultdict": lambda value: (value.default_factory, dict(value)),
    "datetime.date": _attributes("year", "month", "day"),
    "datetime.time": _attributes("hour", "minute", "second", "microsecond", "tzinfo", "fold"),
    "datetime.datetime": _attributes(
        "year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"
    ),
    "datetime.timedelta": _attributes("days", "seconds", "microseconds"),
    "datetime.timezone": lambda value: value.__getinitargs__(),
    "zoneinfo.ZoneInfo": _attributes("key"),
    "decimal.Decimal": _text,
    "fractions.Fraction": _attributes("numerator", "denominator"),
    "uuid.UUID": _attributes("int"),
    "pathlib.PosixPath": _text,
    "pathlib.PurePosixPath": _text,
    "pathlib.PureWindowsPath": _text,
    "ipaddress.IPv4Address": _text,
    "ipaddress.IPv6Address": _text,
    "ipaddress.IPv4Network": _text,
    "ipaddress.IPv6Network": _text,
    "ipaddress.IPv4Interface": _text,
    "ipaddress.IPv6Interface": _text,
    "types.SimpleNamespace": lambda value: (dict(vars(value)),),
    "numpy.ndarray": lambda value: (value.dtype.str, value.shape, value.tobytes()),
    "numpy.generic": lambda value: (value.dtype.str, value.tobytes()),
    "array.array": lambda value: (value.typecode, value.tolist()),
}


def _timed(name: str) -> Callable[..., Any]:
    def make(*parts: Any) -> Any:
        return _class(name)(*parts[:-1], fold=parts[-1])

    return make


def _numbers(kind: str, data: bytes) -> Any:
    if not _DTYPE.fullmatch(kind):
        raise ValueError("no type of numbers")
    return import_module("numpy").frombuffer(data, kind)


_DTYPE = re.compile(r"[<>|=][biufcSU][0-9]{1,9}|[<>][mM]8(\[[0-9a-zA-Z]{1,9}\])?")

_MAKERS: dict[str, Callable[..., Any]] = {
    "builtins.dict_keys": lambda keys: dict.fromkeys(keys).keys(),
    "builtins.dict_items": lambda pairs: dict(pairs).items(),
    "datetime.time": _timed("datetime.time"),
    "datetime.datetime": _timed("datetime.datetime"),
    "numpy.ndarray": lambda kind, shape, data: _numbers(kind, data).reshape(shape).copy(),
    "numpy.generic": lambda kind, data: _numbers(kind, data)[0],
    "uuid.UUID": lambda number: _class("uuid.UUID")(int=number),
    "types.SimpleNamespace": lambda attributes: _class("types.SimpleNamespace")(**attributes),
}

_OTHERWISE = {"builtins.mappingproxy": "types.MappingProxyType"}
"""Where a class is found that does not lie where it says."""

_KINDS: dict[type, str] = {type({}.keys()): "builtins.dict_keys", type({}.items()): "builtins.dict_items"}


def name_of(kind: type) -> str | None:
    """The name of a class whose values cross as parts."""
    known = _known.get(id(kind))
    if known is None:
        known = _known[id(kind)] = (kind, _name_of(kind))
    return known[1]


_known: dict[int, tuple[type, str | None]] = {id(kind): (kind, name) for kind, name in _KINDS.items()}
"""By identity, since a class of the program's may equal any other. Kept alive, so that no identity is used again."""


def _name_of(kind: type) -> str | None:
    numpy = sys.modules.get("numpy")
    if kind.__module__ == "numpy" and numpy is not None and getattr(numpy, kind.__name__, None) is kind:
        if kind is numpy.ndarray:
            return "numpy.ndarray"
        return "numpy.generic" if issubclass(kind, numpy.generic) else None
    name = f"{kind.__module__.partition('._')[0]}.{kind.__qualname__}"  # `pathlib._local` is `pathlib`.
    if name not in _PARTS or name in _KINDS.values():
        return None
    module, _, own = _OTHERWISE.get(name, name).rpartition(".")
    # A program may call a class of its own so.
    return name if getattr(sys.modules.get(module), own, None) is kind else None


def parts_of(value: Any) -> tuple[str, Parts] | None:
    """Name of the class and the parts; None where it is none of them, a time in a zone of another class, or an array of
    objects."""
    name = name_of(type(value))
    if name is None:
        return None
    if name.startswith("numpy.") and not _DTYPE.fullmatch(value.dtype.str):
        return None
    parts = _PARTS[name](value)
    if name in ("datetime.time", "datetime.datetime") and value.tzinfo is not None and not name_of(type(value.tzinfo)):
        return None
    if name == "zoneinfo.ZoneInfo" and value.key is None:
        return None
    return name, parts


def is_array(value: Any) -> bool:
    """Whether it is an array of numpy's that crosses."""
    return name_of(type(value)) == "numpy.ndarray" and _DTYPE.fullmatch(value.dtype.str) is not None


def class_named(name: str) -> Any:
    """The class of this name; CodecError where there is none."""
    if name not in _PARTS or name in _KINDS.values():
        raise CodecError("no such class")
    try:
        return _class(name)
    except ImportError as error:
        raise CodecError(f"no {name}") from error


def made(name: str, parts: Iterable[Any]) -> Any:
    """The value of these parts; CodecError where they make none."""
    if name not in _PARTS:
        raise CodecError("no such class")
    try:
        return (_MAKERS.get(name) or _class(name))(*parts)
    except (ArithmeticError, ImportError, LookupError, OSError, TypeError, ValueError) as error:
        raise CodecError(f"no {name}: {error}") from error


def _class(name: str) -> Any:
    module, _, own = _OTHERWISE.get(name, name).rpartition(".")
    return getattr(import_module(module), own)
