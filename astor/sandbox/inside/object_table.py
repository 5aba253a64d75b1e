"""Values that are not plain data all through, as plain data: containers, data, and numbers of objects.

An object is named by its number in its owner's list. Nothing of it crosses but that number and what its owner says of
its kind; a number can only name what its owner has exported. Standard library only.
"""

import builtins
from collections.abc import Callable
from typing import Any

from astor.sandbox.inside.codec import CodecError, NotPlainDataError

MOST_OBJECTS = 1 << 16
"""Objects that one process may export; they live as long as it does. Our choice: its CPU seconds end sooner."""

_NESTED_CONTAINERS = 40
"""Containers within each other around an object's number: each takes two levels of the codec's hundred."""

_DATA = (bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict)
_EXCEPTIONS = (kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, Exception))
TYPES: dict[str, type] = {kind.__name__: kind for kind in (*_DATA, *_EXCEPTIONS)}
"""Classes that are the same in both processes and cross by name: those of plain data, and exceptions."""

_SEQUENCES: dict[str, Callable[[Any], Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
_TRIPLES: dict[str, Callable[..., Any]] = {"slice": slice, "range": range}

Packed = tuple[Any, ...]
"""("=", plain data); the name of a container with its packed items; ("type", name); or an object's number: ("mine",
number, facts...) for an object of the sender, ("yours", number) for one of the receiver."""


class ObjectTable:
    """The objects that two processes know of each other, as one of them sees them.

    `describe` gives the facts of an object that is about to be exported (plain data, and packed values), or raises
    what says that it may not. `proxy` makes what stands for an object of the other process from its facts.
    """

    def __init__(self, describe: Callable[[Any], Packed], proxy: Callable[[Packed], Any]) -> None:
        self._describe, self._make_proxy = describe, proxy
        self._mine: list[Any] = []
        self._theirs: dict[int, Any] = {}
        self.classes: set[type] = set()
        """Classes that the other has exported as values."""
        # By identity. All that is in here is kept alive, so that no identity is used again.
        self._known: dict[int, Packed] = {id(kind): ("type", name) for name, kind in TYPES.items()}

    def named(self, value: Any) -> Packed | None:
        """What names an object that both processes know."""
        return self._known.get(id(value))

    def export(self, value: Any) -> Packed:
        """The number of an object of this process, packed. The same object has the same number."""
        known = self.named(value)
        if known is None:
            facts = self._describe(value)
            if len(self._mine) == MOST_OBJECTS:
                raise MemoryError("too many objects have crossed")
            known = self._known[id(value)] = ("mine", len(self._mine), *facts)
            self._mine.append(value)
        return known

    def pack(self, value: Any, depth: int = _NESTED_CONTAINERS) -> Packed:
        """Any value; NotPlainDataError where containers are nested too deeply around something that is no data."""
        known, kind = self.named(value), type(value)
        if known is not None:
            return known
        if depth == 0:
            raise NotPlainDataError("nested too deeply")
        for base in (list, tuple, set, frozenset):
            if issubclass(kind, base):
                return (base.__name__, [self.pack(item, depth - 1) for item in base.__iter__(value)])
        if issubclass(kind, dict):
            return ("dict", [self.pack(pair, depth - 1) for pair in dict.items(value)])
        if kind is slice or kind is range:
            return (kind.__name__, [self.pack(part, 1) for part in (value.start, value.stop, value.step)])
        if value is None or issubclass(kind, bool | int | float | complex | str | bytes):
            return ("=", value)
        return self.export(value)

    def unpack(self, packed: Any) -> Any:
        """The value; CodecError for whatever `pack` does not make of a value."""
        try:
            return self._unpack(packed)
        except (TypeError, ValueError) as error:  # Members that can't be hashed, a pair of three, a step of 0.
            raise CodecError(f"broken value: {error}") from error

    def unpack_class(self, packed: Any) -> Any:
        """What names the class of an exception that the other raised, which isn't exported by that."""
        match packed:
            case ("type", str(name)) if name in TYPES:
                return TYPES[name]
        return self.unpack(packed)

    def _unpack(self, packed: Any) -> Any:
        match packed:
            case ("=", value):
                return value
            case (str(name), [*items]) if name in _SEQUENCES:
                return _SEQUENCES[name](self._unpack(item) for item in items)
            case ("dict", [*pairs]):
                return dict(self._unpack(pair) for pair in pairs)
            case (str(name), [_, _, _] as parts) if name in _TRIPLES:
                return _TRIPLES[name](*(self._unpack(part) for part in parts))
            case ("type", str(name)) if name in TYPES:
                self.classes.add(TYPES[name])
                return TYPES[name]
            case ("yours", int(number)) if 0 <= number < len(self._mine):
                return self._mine[number]
            case ("mine", int(number), *facts) if 0 <= number < MOST_OBJECTS:
                if number not in self._theirs:
                    proxy = self._make_proxy(tuple(facts))
                    self._theirs[number] = proxy
                    self._known[id(proxy)] = ("yours", number)
                return self._theirs[number]
        raise CodecError("no such value")
