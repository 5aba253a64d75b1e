"""What calls of a trusted function come to, as data: of what tests that are not believed have asked, and again of other
programs. Standard library only.

An answer is (what the call came to, what an exception says, what became of the arguments, what was said aloud). It came
to ("value", plain data), ("packed", other data of the standard library's, packed), ("raised", name of its class), or
("opaque",). An iterator is gone over at once and stands for its items.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NoReturn

from astor.sandbox.inside import exceptions
from astor.sandbox.inside.child import builtin_name
from astor.sandbox.inside.codec import NotPlainDataError, encode
from astor.sandbox.inside.object_table import ObjectTable, Packed
from astor.sandbox.inside.side_effects import Aloud, Watch

MOST_ITEMS = 1000
"""Of an iterator that a call gives. Our choice: whoever asks for more is told that there is no more of it here."""


class Items:
    """What an iterator gave, how that ended ("end", "more" or "raised"), and the exception."""

    def __init__(self, iterator: Iterator[Any]) -> None:
        self.items: list[Any] = []
        self.end, self.error = "more", ("", "")
        try:
            self.items.extend(islice(iterator, MOST_ITEMS))
            self.end = "more" if len(self.items) == MOST_ITEMS else "end"
        except MemoryError:
            raise
        except BaseException as error:
            self.end, self.error = "raised", (builtin_name(error), exceptions.text_of(error))


def table_of(entry: Callable[..., Any] | None = None) -> ObjectTable:
    """A table of no objects but the entry, which is number 1, and nothing where its module would be."""
    nothing = object()

    def describe(value: Any) -> Packed:
        if isinstance(value, type) and issubclass(value, Exception):
            return exceptions.class_facts(value, table)
        if type(value) is Items:
            return ("iterator", table.pack(value.items), value.end, *value.error)
        if value is not entry and value is not nothing:
            raise NotPlainDataError("it is no plain data")
        return ("object",)

    table = ObjectTable(describe, _refuse, exports_exceptions=True)
    if entry is not None:
        table.export(nothing)
        table.export(entry)
    return table


def packed(value: Any) -> Packed:
    """Data packed, by itself: no object of another process is in it."""
    try:
        encode(value, exact=True)
    except NotPlainDataError:
        return table_of().pack(value)
    return ("=", value)


def unpacked(value: Packed) -> Any:
    """What was packed."""
    return table_of().unpack(value)


def call(
    function: Callable[..., Any], arguments: Any, keywords: Any, aloud: Aloud
) -> tuple[tuple[Any, ...], Any, BaseException | None]:
    """The answer of a call; what it returned, and what it raised."""
    watch = Watch((arguments, keywords))
    value, error = None, None
    try:
        value = function(*arguments, **keywords)
        value = Items(value) if isinstance(value, Iterator) else value
    except MemoryError:
        raise
    except BaseException as raised:
        error = raised
    came_to = _value(value) if error is None else ("raised", str(type(error).__name__))
    text = exceptions.text_of(error) if error is not None else ""
    try:
        changes = watch.changes(packed)
    except NotPlainDataError:
        changes = ()
    return (came_to, text, changes, aloud.peek()), value, error


def _value(value: Any) -> tuple[Any, ...]:
    if type(value) is Items:
        return ("iterator", _value(value.items), value.end, *value.error)
    try:
        encode(value)
    except NotPlainDataError:
        try:
            return ("packed", table_of().pack(value, exports=False))
        except NotPlainDataError:
            return ("opaque",)
    return ("value", value)


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("tests may call the function, with data")
