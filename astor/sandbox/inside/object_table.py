"""Values that are not plain data all through, as plain data: containers, data, and numbers of objects.

An object is named by its number in its owner's list. Nothing of it crosses but that number and what its owner says of
its kind; a number can only name what its owner has exported. Standard library only.
"""

import builtins
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from astor.sandbox.inside import lookalikes, standard_types
from astor.sandbox.inside.codec import CodecError, NotPlainDataError

MOST_OBJECTS = 1 << 16
"""Objects that one process may export; they live as long as it does. Our choice: its CPU seconds end sooner."""

_NESTED_CONTAINERS = 40
"""Containers within each other around an object's number: each takes two levels of the codec's hundred."""

_DATA = (bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict)
_EXCEPTIONS = [kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, Exception)]
TYPES: dict[str, type] = {kind.__name__: kind for kind in (*_DATA, *_EXCEPTIONS, SystemExit)}
"""Classes that are the same in both processes and cross by name: those of plain data, and exceptions."""

_SEQUENCES: dict[str, Callable[[Any], Any]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}

Packed = tuple[Any, ...]
"""("=", plain data); the name of a container with its packed items; ("standard", name, parts) of a class of the
standard library's, by `standard_types`; ("record", class, items) of a named tuple; ("type", name); ("shared", place) of
what the question has passed; or an object's number: ("mine", number, facts...) for an object of the sender, ("yours",
number) for one of the receiver."""

NOTHING: Mapping[int, Packed] = MappingProxyType({})


class ObjectTable:
    """The objects that two processes know of each other, as one of them sees them.

    `describe` gives the facts of an object that is about to be exported (plain data, and packed values), or raises
    what says that it may not. `proxy` makes what stands for an object of the other process from its facts. `ask` is for
    attributes of its `lookalikes`. Classes of exceptions that are raised are exported where `exports_exceptions`.
    """

    def __init__(
        self,
        describe: Callable[[Any], Packed],
        proxy: Callable[[Packed], Any],
        ask: lookalikes.Ask | None = None,
        exports_exceptions: bool = False,
    ) -> None:
        self._describe, self._make_proxy, self._ask = describe, proxy, ask
        self.exports_exceptions = exports_exceptions
        self._mine: list[Any] = []
        self._theirs: dict[int, Any] = {}
        self._shared: Sequence[Any] = ()
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
            facts = self._facts(value)
            if len(self._mine) == MOST_OBJECTS:
                raise MemoryError("too many objects have crossed")
            known = self._known[id(value)] = ("mine", len(self._mine), *facts)
            self._mine.append(value)
        return known

    def share(self, containers: Sequence[Any]) -> dict[int, Packed]:
        """What names containers that the other has passed, for `pack`."""
        return {id(value): ("shared", place) for place, value in enumerate(containers)}

    def pack(self, value: Any, shared: Mapping[int, Packed] = NOTHING, exports: bool = True) -> Packed:
        """Any value; NotPlainDataError where containers are nested too deeply around something that is no data, and for
        an object where it `exports` none."""

        def packed(value: Any, depth: int) -> Packed:
            known, kind = shared.get(id(value)) or self.named(value), type(value)
            if known is not None:
                return known
            if depth == 0:
                raise NotPlainDataError("nested too deeply")
            if type(kind) is not type and lookalikes.is_member(value):
                return self.export(value)
            if lookalikes.is_record(kind):
                return ("record", self.export(kind), [packed(item, depth - 1) for item in tuple.__iter__(value)])
            if (parts := standard_types.parts_of(value)) is not None:
                return ("standard", parts[0], [packed(part, depth - 1) for part in parts[1]])
            for base in (list, tuple, set, frozenset):
                if issubclass(kind, base):
                    return (base.__name__, [packed(item, depth - 1) for item in base.__iter__(value)])
            if issubclass(kind, dict):
                return ("dict", [packed(pair, depth - 1) for pair in dict.items(value)])
            if value is None or issubclass(kind, bool | int | float | complex | str | bytes):
                return ("=", value)
            if isinstance(value, type) and (name := standard_types.name_of(value)) is not None:
                return ("standard type", name)
            if not exports:
                raise NotPlainDataError(f"{kind.__name__} is not plain data")
            return self.export(value)

        return packed(value, _NESTED_CONTAINERS)

    def unpack(self, packed: Any, shared: Sequence[Any] = ()) -> Any:
        """The value; CodecError for whatever `pack` does not make of a value. `shared` is what the question passed."""
        outer, self._shared = self._shared, shared
        try:
            return self._unpack(packed)
        except (TypeError, ValueError) as error:  # Members that can't be hashed, a pair of three, no name.
            raise CodecError(f"broken value: {error}") from error
        finally:
            self._shared = outer

    def unpack_class(self, packed: Any) -> Any:
        """What names the class of an exception that the other raised, which isn't exported by that."""
        before = self.classes.copy()
        try:
            return self.unpack(packed)
        finally:
            self.classes = before

    def _unpack(self, packed: Any) -> Any:
        match packed:
            case ("=", value):
                return value
            case (str(name), [*items]) if name in _SEQUENCES:
                return _SEQUENCES[name](self._unpack(item) for item in items)
            case ("dict", [*pairs]):
                return dict(self._unpack(pair) for pair in pairs)
            case ("standard", str(name), [*parts]):
                return standard_types.made(name, [self._unpack(part) for part in parts])
            case ("standard type", str(name)):
                return standard_types.class_named(name)
            case ("record", named, [*items]):
                return self._record(self._unpack(named), [self._unpack(item) for item in items])
            case ("type", str(name)) if name in TYPES:
                self.classes.add(TYPES[name])
                return TYPES[name]
            case ("shared", int(place)) if 0 <= place < len(self._shared):
                return self._shared[place]
            case ("yours", int(number)) if 0 <= number < len(self._mine):
                return self._mine[number]
            case ("mine", int(number), *facts) if 0 <= number < MOST_OBJECTS:
                return self._foreign(number, tuple(facts))
        raise CodecError("no such value")

    def _record(self, kind: Any, items: list[Any]) -> Any:
        if not lookalikes.is_record(kind):
            raise CodecError("no class of named tuples")
        return kind._make(items)

    def _foreign(self, number: int, facts: Packed) -> Any:
        if number not in self._theirs:
            made = self._lookalike(facts)
            made = self._make_proxy(facts) if made is None else made
            self._theirs[number] = made
            self._known[id(made)] = ("yours", number)
        found = self._theirs[number]
        if isinstance(found, type) and issubclass(found, Exception):
            self.classes.add(found)
        return found

    def _lookalike(self, facts: Packed) -> Any:
        match facts:
            case ("record", str(name), tuple(fields), defaults):
                return lookalikes.record_class(name, fields, self._unpack(defaults), self._ask)
            case ("member", data, str(name), str(kind)):
                return lookalikes.member(data, name, kind, self._ask)
        return None

    def _facts(self, value: Any) -> Packed:
        if lookalikes.is_record(value):
            return ("record", value.__name__, tuple(value._fields), self.pack(dict(value._field_defaults)))
        if lookalikes.is_member(value):
            return lookalikes.member_facts(value)
        return self._describe(value)
