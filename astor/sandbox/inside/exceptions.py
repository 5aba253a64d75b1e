"""Exceptions that cross a link: their class, arguments, text and attributes. Standard library only.

A class of the sender's own arrives as a class of the same name with such bases, made once. Nothing of it is there but
its name: what an exception says and holds comes with it, as data.
"""

from typing import TYPE_CHECKING, Any

from astor.sandbox.inside.codec import CodecError, NotPlainDataError, TooLargeError, encode

if TYPE_CHECKING:
    from astor.sandbox.inside.object_table import ObjectTable, Packed

MOST_BYTES = 1 << 16
"""Of the arguments of an exception, its text, and each of its attributes. Our choice: what is larger does not cross."""


def packed(error: BaseException, objects: "ObjectTable") -> tuple[Any, ...]:
    """(name of the class, the class, arguments, text, attributes), each packed."""
    name = str(type(error).__name__)
    attributes = {str(key): value for key, value in vars(error).items()}
    held = {key: found for key, value in attributes.items() if (found := _packed(value, objects)) is not None}
    return name[:MOST_BYTES], _class(error, objects), _packed(tuple(error.args), objects), text_of(error), held


def text_of(error: BaseException) -> str:
    """What it says, or nothing where saying it fails."""
    try:
        return str.__str__(str(error))[:MOST_BYTES]
    except Exception:
        return ""


def unpacked(content: Any, objects: "ObjectTable") -> BaseException:
    """The exception; RuntimeError for one of a class that may not cross, CodecError for what `packed` doesn't make."""
    match content:
        case (str(name), named, arguments, str(text), dict(attributes)):
            kind = objects.unpack_class(named)
            given = objects.unpack(arguments) if arguments is not None else (text,)
            held = {str(key): objects.unpack(value) for key, value in attributes.items()}
        case _:
            raise CodecError("no exception")
    if type(given) is not tuple or not _may_be_raised(kind):
        return RuntimeError(f"the program raised {name}")
    error = _made(kind, given)
    if error is None:
        return RuntimeError(f"the program raised {name}")
    if isinstance(kind, ForeignClass):
        held["_says"] = text
    error.__dict__.update(held)
    return error


class ForeignClass(type):
    """Class of the classes of exceptions that the other process has defined."""


def foreign_class(name: str, bases: list[Any]) -> type[Exception]:
    """A class of exceptions of the other process; ValueError where its bases are none."""
    if not bases or not all(isinstance(base, type) and issubclass(base, Exception) for base in bases):
        raise ValueError("a class of exceptions has others as its bases")
    own = {"__str__": _says, "__module__": "program"}
    return ForeignClass(name, tuple(dict.fromkeys(bases)), own)  # type: ignore[return-value]


def _says(self: Any) -> str:
    text = self.__dict__.get("_says")
    return text if text is not None else Exception.__str__(self)


def _may_be_raised(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Exception | SystemExit)


def _made(kind: Any, arguments: tuple[Any, ...]) -> BaseException | None:
    try:
        error: BaseException = kind(*arguments)
    except Exception:
        try:
            error = kind.__new__(kind)
        except TypeError:  # Groups of exceptions want members.
            return None
        error.args = arguments
    return error


def _packed(value: Any, objects: "ObjectTable") -> "Packed | None":
    """None where it can't cross."""
    try:
        found = objects.pack(value, exports=False)
        encode(found, MOST_BYTES)
    except (NotPlainDataError, RuntimeError, TooLargeError):
        return None
    return found


def _class(error: BaseException, objects: "ObjectTable") -> "Packed":
    """The class of an exception, or the first of its bases that may cross."""
    for kind in type(error).__mro__:
        if _may_be_raised(kind) and (named := objects.named(kind)) is not None:
            return named
        if objects.exports_exceptions and issubclass(kind, Exception):
            return objects.export(kind)
    return ("=", None)


def class_facts(kind: type[Exception], objects: "ObjectTable") -> "Packed":
    """Facts of a class of exceptions, for the other process to make one of."""
    bases = [objects.export(base) for base in kind.__bases__ if issubclass(base, Exception)]
    return ("exception", kind.__name__, *bases)
