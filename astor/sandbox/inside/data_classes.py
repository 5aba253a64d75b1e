"""When objects of the program's data classes are equal. Standard library only.

As everywhere, the program must not judge: its fields are read as data and compared in the test's process. And since it
says what the fields of both are, one of the two has to hold what the test has made it with: `Point(1, 2)` equals no
result of a program whose points forget their numbers. Without that, equality is identity.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from astor.sandbox.inside.handle import Handle


def same_data(one: "Handle", other: "Handle") -> bool:
    """Whether both are of one data class and have equal fields, and one is what the test has made it."""
    if not one._fields or one._fields != other._fields or not (_may_hold(one) or _may_hold(other)):
        return False
    program = one._program
    if program.ask("getattr", one, "__class__") is not program.ask("getattr", other, "__class__"):
        return False
    ours, theirs = _fields(one), _fields(other)
    return (_holds(one, ours) or _holds(other, theirs)) and ours == theirs


def _fields(handle: "Handle") -> dict[str, Any]:
    return {name: handle._program.ask("getattr", handle, name) for name in handle._fields}


def _may_hold(handle: "Handle") -> bool:
    return handle._given is not None and len(handle._given[0]) <= len(handle._fields)


def _holds(handle: "Handle", fields: dict[str, Any]) -> bool:
    """Whether the arguments that made it are in its fields, in their order or by their name."""
    if handle._given is None or not _may_hold(handle):
        return False
    arguments, keywords = handle._given
    given = {**dict(zip(handle._fields, arguments, strict=False)), **keywords}
    return all(name in fields and fields[name] == value for name, value in given.items())
