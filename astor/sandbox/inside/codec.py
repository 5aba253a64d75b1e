"""Plain data as bytes, between processes that don't trust each other.

| what a program gives | what arrives |
|---|---|
| None, bool | the same |
| int | the same, of any size |
| float, complex | the same bit for bit: NaN, infinities and -0.0 too |
| str, bytes | the same; in a str lone surrogates too |
| list, tuple, set, frozenset, dict | a new one of the same type, its items by this table; a dict keeps its order |
| an object twice in one value | two objects |
| a subclass of one of these | the builtin with its data: a namedtuple is a tuple, an IntEnum an int, a Counter a dict |
| more than 100 containers within each other, a message's own one or two among them; a cycle | nothing: refused |
| more than 8 keys or members with one hash, or so many whose hashes collide (`tables`) | nothing: refused |
| anything else: bytearray, range, an iterator, a function, a class, Decimal, an array | nothing: refused |

A value is a tag of one byte and its payload; containers carry the count of their items. Reading builds nothing but
these types, runs no code of the sender, takes time linear in the bytes and memory of at most sixty times their number
(sets of five: fifty-three). Standard library only: the zygote loads this file too.
"""

import struct
from collections.abc import Hashable, Sequence
from operator import eq
from typing import Any

from astor.sandbox.inside.tables import build_set, slow_to_build

DEPTH = 100
"""Most containers within each other: our choice, a tenth of the interpreter's own recursion limit."""

CROWD = 8
"""Most elements of a set or dict with one hash. Our choice: honest data has two or three (-1 and -2 share theirs),
and a set of colliding tuples would take time quadratic in its size."""

_COUNT = struct.Struct("<cI")
_INT = struct.Struct("<cq")
_FLOAT = struct.Struct("<cd")
_COMPLEX = struct.Struct("<cdd")
_SCALARS = frozenset({type(None), bool, int, float, complex, str, bytes})
_SEQUENCES = frozenset({list, tuple, set, frozenset})
_EXACT = _SCALARS | _SEQUENCES | {dict}
_CONTAINERS = b"[({<:"


class NotPlainDataError(TypeError):
    """The value, or something in it, is none of the types that cross, is nested too deeply, or is a crowd."""


class TooLargeError(ValueError):
    """The value takes more bytes than it may."""


class CodecError(ValueError):
    """The bytes are not what `encode` writes."""


def encode(value: Any, limit: int = 1 << 31, exact: bool = False) -> bytes:
    """The bytes of `value`; NotPlainDataError where it is no plain data, TooLargeError beyond `limit` bytes.

    Where it shall be `exact`, subclasses are no plain data.
    """
    out = bytearray()
    _write(out, value, limit, DEPTH, exact)
    if len(out) > limit:
        raise TooLargeError(f"more than {limit} bytes")
    return bytes(out)


def _write(out: bytearray, value: Any, limit: int, depth: int, exact: bool) -> None:
    # The methods of the base class, called by name, see the data of a subclass and none of what it overrides.
    kind = type(value)
    if value is None:
        out += b"N"
    elif exact and kind not in _EXACT:
        raise NotPlainDataError(f"{kind.__name__} is not plain data")
    elif kind is bool:
        out += b"T" if value else b"F"
    elif issubclass(kind, int):
        _write_int(out, int.__int__(value))
    elif issubclass(kind, float):
        out += _FLOAT.pack(b"d", float.__float__(value))
    elif issubclass(kind, str):
        if str.__len__(value) > limit:
            raise TooLargeError(f"more than {limit} bytes")
        _write_bytes(out, b"s", str.encode(value, "utf-8", "surrogatepass"))
    elif issubclass(kind, bytes):
        _write_bytes(out, b"b", bytes.__getitem__(value, slice(None)))
    elif issubclass(kind, complex):
        number = complex.__complex__(value)
        out += _COMPLEX.pack(b"c", number.real, number.imag)
    elif issubclass(kind, list):
        _write_items(out, b"[", list.copy(value), limit, depth, exact)
    elif issubclass(kind, tuple):
        _write_items(out, b"(", list(tuple.__iter__(value)), limit, depth, exact)
    elif issubclass(kind, dict):
        pairs = list(dict.items(value))
        _refuse_crowds([key for key, _ in pairs], NotPlainDataError)
        _write_items(out, b":", [part for pair in pairs for part in pair], limit, depth, exact)
    elif issubclass(kind, set | frozenset):
        members = list((set if issubclass(kind, set) else frozenset).__iter__(value))
        _refuse_crowds(members, NotPlainDataError, as_set=True)
        _write_items(out, b"{" if issubclass(kind, set) else b"<", members, limit, depth, exact)
    else:
        raise NotPlainDataError(f"{kind.__name__} is not plain data")


def _write_int(out: bytearray, value: int) -> None:
    if -(1 << 63) <= value < 1 << 63:
        out += _INT.pack(b"i", value)
    else:
        _write_bytes(out, b"I", value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))


def _write_bytes(out: bytearray, tag: bytes, data: bytes) -> None:
    out += _COUNT.pack(tag, len(data))
    out += data


def _write_items(out: bytearray, tag: bytes, items: list[Any], limit: int, depth: int, exact: bool) -> None:
    if depth == 0:
        raise NotPlainDataError(f"nested more than {DEPTH} deep")
    out += _COUNT.pack(tag, len(items))
    for item in items:
        if len(out) > limit:
            raise TooLargeError(f"more than {limit} bytes")
        _write(out, item, limit, depth - 1, exact)


def check_plain(value: Any) -> None:
    """NotPlainDataError where `value` holds anything but exact builtins, or is nested too deeply."""
    level = [value]
    for _ in range(DEPTH + 1):
        inner: list[Any] = []
        for item in level:
            kind = type(item)
            if kind in _SEQUENCES:
                inner.extend(item)
            elif kind is dict:
                inner.extend(item.keys())
                inner.extend(item.values())
            elif kind not in _SCALARS:
                raise NotPlainDataError(f"{kind.__name__} is not plain data")
        if not inner:
            return
        level = inner
    raise NotPlainDataError(f"nested more than {DEPTH} deep")


def decode(data: bytes) -> Any:
    """The value that `data` encodes; CodecError, and no other exception, for any bytes that are not `encode`'s."""
    try:
        value, end = _read(data, 0, DEPTH)
    except (struct.error, TypeError, UnicodeDecodeError) as error:
        raise CodecError(f"broken data: {error}") from error
    if end != len(data):
        raise CodecError("data after the end of the value")
    return value


def _read(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    tag = data[at : at + 1]
    if tag == b"i":
        return _INT.unpack_from(data, at)[1], at + 9
    if tag in (b"s", b"b", b"I"):
        start = at + 5
        end = start + _COUNT.unpack_from(data, at)[1]
        if end > len(data):
            raise CodecError("text cut short")
        payload = data[start:end]
        if tag == b"s":
            return payload.decode("utf-8", "surrogatepass"), end
        return (payload if tag == b"b" else int.from_bytes(payload, "little", signed=True)), end
    if tag == b"d":
        return _FLOAT.unpack_from(data, at)[1], at + 9
    if tag in (b"N", b"T", b"F"):
        return {b"N": None, b"T": True, b"F": False}[tag], at + 1
    if tag == b"c":
        return complex(*_COMPLEX.unpack_from(data, at)[1:]), at + 17
    if not tag or tag not in _CONTAINERS:
        raise CodecError(f"unknown tag {tag!r}")
    if depth == 0:
        raise CodecError("nested too deeply")
    count = _COUNT.unpack_from(data, at)[1]
    at += 5
    if count > len(data) - at:
        raise CodecError("more items than bytes")
    items = []
    for _ in range(count):
        item, at = _read(data, at, depth - 1)
        items.append(item)
    return _container(tag, items), at


def _container(tag: bytes, items: list[Any]) -> Any:
    if tag == b"[":
        return items
    if tag == b"(":
        return tuple(items)
    if tag == b":":
        if len(items) % 2:
            raise CodecError("a key without a value")
        keys = items[::2]
        _refuse_crowds(keys, CodecError)
        pairs = dict(zip(keys, items[1::2], strict=True))
        if len(pairs) != len(keys):
            raise CodecError("a key twice")
        return pairs
    _refuse_crowds(items, CodecError, as_set=True)
    members: set[Any] | frozenset[Any] = build_set(set, items) if tag == b"{" else build_set(frozenset, items)
    if len(members) != len(items):
        raise CodecError("a member twice")
    return members


def _refuse_crowds(items: Sequence[Hashable], kind: type[Exception], as_set: bool = False) -> None:
    if len(items) <= CROWD:
        return
    hashes = list(map(hash, items))
    in_order = sorted(hashes)
    if any(map(eq, in_order, in_order[CROWD:])) or slow_to_build(in_order if as_set else hashes, as_set):
        raise kind("hashes that collide")
