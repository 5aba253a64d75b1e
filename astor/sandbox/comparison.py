"""When a claimed value is the expected one, and when a claimed output is.

What is comparable, and when it is the same; tests/sandbox/test_same_value.py has an example of each row:

| value | the same as |
|---|---|
| None | None |
| bool, int | an equal number: True, 1, 1.0 and 1 + 0j are one; ints among themselves exactly, of any size |
| float, complex | a number that differs in each part by no more than 1e-6 of the larger or 1e-9; 0.0 and -0.0 |
| NaN, infinity | NaN; the same infinity |
| str, bytes | an equal one of its own type |
| list, tuple | one of its own type with the same elements in the same order |
| set, frozenset | either type with exactly equal members, NaN equal to NaN |
| dict | one with exactly equal keys and the same values, in any order |
| nesting | each part by its own row, to any depth that the codec lets through |
| anything else | nothing, not even itself: subclasses, bytearray, range, iterators, functions, classes, ... |

What a program returns has come through the codec: its own table says what arrives as what.
"""

import math
import re
import struct
from collections.abc import Iterator
from itertools import repeat, zip_longest
from typing import Any, Literal

from astor.tolerance import Tolerance

VALUES = Tolerance(absolute=1e-9, relative=1e-6)
"""Where a float takes part in a value. Our choice: what most published judges of functions use."""

OUTPUTS = Tolerance(absolute=1e-6, relative=1e-6)
"""Where a number that is not whole stands in an output: what most statements of problems allow."""

How = Literal["exact", "whitespace", "float"]

_NUMBERS = (bool, int, float, complex)
_SETS = (set, frozenset)

_BLANKS = " \t\r\f\v"
_RUN_OF_BLANKS = re.compile(f"[{_BLANKS}]+")
_NUMBER = re.compile(r"[+-]?(?:([0-9]+)|(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?)")
_NUMBER_LENGTH = 400
"""Characters of the longest number that is read as one: our choice, enough to write the largest float out."""


def same_value(claimed: Any, expected: Any, tolerance: Tolerance | None = None) -> bool:
    """Whether two values are the same by the table above, with another `tolerance` where one is given.

    Symmetric; never raises; values must not be cyclic.
    """
    pairs = [(claimed, expected)]
    while pairs:
        left, right = pairs.pop()
        kind = type(left)
        if kind in _NUMBERS:
            if type(right) not in _NUMBERS or not _same_number(left, right, tolerance or VALUES):
                return False
        elif kind in _SETS:
            if type(right) not in _SETS or not _same_members(left, right):
                return False
        elif kind is not type(right):
            return False
        elif kind is list or kind is tuple:
            if len(left) != len(right):
                return False
            pairs.extend(zip(left, right, strict=True))
        elif kind is dict:
            ours, theirs = _by_key(left), _by_key(right)
            if ours is None or theirs is None or ours.keys() != theirs.keys():
                return False
            pairs.extend((values, theirs[key]) for key, values in ours.items())
        elif kind in (str, bytes):
            if left != right:
                return False
        elif left is not None:
            return False
    return True


def same_output(claimed: str, expected: str, how: How, tolerance: Tolerance | None = None) -> bool:
    """Whether two outputs of a program are the same. Symmetric; never raises; takes time linear in their length.

    - exact: character for character.
    - whitespace: line by line, where blanks at a line's end, and empty lines at the end of the output, do not count,
      and any run of blanks within a line is the same as any other. Blanks are space, tab, carriage return, form feed
      and vertical tab; a blank at a line's start is not the same as none.
    - float: as whitespace, but where both outputs have a number between two blanks, the numbers are compared: whole
      numbers among themselves exactly, others with the `tolerance`, `OUTPUTS` where none is given. A number is written
      in decimal, with or without point and exponent, in at most 400 characters and within the range of floats; any
      other word, "nan" and "inf" among them, is compared as text.
    """
    if how == "exact" or claimed == expected:
        return claimed == expected
    # What comes after the first line that differs is never looked at: a program may write much more than it should.
    pairs = zip_longest(_lines(claimed), _lines(expected))
    return all(_same_line(ours, theirs, how, tolerance or OUTPUTS) for ours, theirs in pairs)


def _lines(output: str) -> Iterator[str]:
    output = output.rstrip(_BLANKS + "\n")
    start = 0
    while start <= len(output):
        end = output.find("\n", start)
        end = len(output) if end < 0 else end
        yield output[start:end].rstrip(_BLANKS)
        start = end + 1


def _same_line(left: str | None, right: str | None, how: How, tolerance: Tolerance) -> bool:
    """Whether two lines are the same, None where an output has no line any more."""
    if left is None or right is None:
        return False
    left, right = _narrow(left, right), _narrow(right, left)
    return left == right or (how == "float" and _same_words(left, right, tolerance))


def _narrow(line: str, other: str) -> str:
    """The line with a space for each run of blanks: for one more than the other line can have, if there are so many,
    since a line that is in excess need not be read to its end."""
    return _RUN_OF_BLANKS.sub(" ", line, count=len(other) // 2 + 1)


def _same_words(left: str, right: str, tolerance: Tolerance) -> bool:
    if left.count(" ") != right.count(" "):
        return False
    ours, theirs = left.split(" "), right.split(" ")
    return all(map(_same_word, ours, theirs, repeat(tolerance)))


def _same_word(left: str, right: str, tolerance: Tolerance) -> bool:
    if left == right:
        return True
    ours, theirs = _number(left), _number(right)
    return ours is not None and theirs is not None and _same_number(ours, theirs, tolerance)


def _number(word: str) -> float | None:
    match = _NUMBER.fullmatch(word) if len(word) <= _NUMBER_LENGTH else None
    if match is None:
        return None
    number = int(word) if match[1] else float(word)
    return None if abs(number) == math.inf else number


def _same_number(left: complex, right: complex, tolerance: Tolerance) -> bool:
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return _close(left.real, right.real, tolerance) and _close(left.imag, right.imag, tolerance)


def _close(left: float, right: float, tolerance: Tolerance) -> bool:
    if left != left or right != right:
        return left != left and right != right
    try:
        return math.isclose(left, right, rel_tol=tolerance.relative, abs_tol=tolerance.absolute)
    except OverflowError:
        # One is an int beyond every float; the other can still be an int, as the real part of a complex is not.
        return left == right


def _same_members(left: Any, right: Any) -> bool:
    try:
        return len(left) == len(right) and sorted(map(_exact, left)) == sorted(map(_exact, right))
    except (RecursionError, TypeError):
        return False


def _by_key(value: dict[Any, Any]) -> dict[bytes, list[Any]] | None:
    """Values by exact key; several only where several keys are NaN, which equal each other here."""
    groups: dict[bytes, list[Any]] = {}
    try:
        for key, item in value.items():
            groups.setdefault(_exact(key), []).append(item)
    except (RecursionError, TypeError):
        return None
    return groups


def _exact(value: Any) -> bytes:
    """The same bytes for what can be hashed and is equal, NaN to NaN too; TypeError for what equals nothing.

    Bytes, because no one can choose the hashes of theirs: what a program claims may collide in a table, if it can.
    """
    kind = type(value)
    if kind is str:
        return b"s%s" % str.encode(value, "utf-8", "surrogatepass")
    if kind is int or kind is bool:
        return b"#%x" % value
    if kind is float:
        if value.is_integer():
            return b"#%x" % int(value)
        return b"~" + struct.pack("d", value) if value == value else b"NaN"
    if kind is complex:
        return _joined(b"j", [_exact(value.real), _exact(value.imag)]) if value.imag else _exact(value.real)
    if kind is bytes:
        return b"b%s" % value
    if kind is tuple:
        return _joined(b"(", [_exact(item) for item in value])
    if kind is frozenset:
        return _joined(b"<", sorted(map(_exact, value)))
    if value is None:
        return b"N"
    raise TypeError(f"{kind.__name__} equals nothing")


def _joined(tag: bytes, parts: list[bytes]) -> bytes:
    return tag + b"".join([b"%d:%b" % (len(part), part) for part in parts])
