"""When a claimed value is the expected one."""

import math
from collections import Counter
from typing import Any

RELATIVE = 1e-6
ABSOLUTE = 1e-9
"""Tolerances of `math.isclose` where a float takes part. Our choice: those that most published judges of code use."""

_NUMBERS = (bool, int, float, complex)
_SETS = (set, frozenset)


def same_value(claimed: Any, expected: Any) -> bool:
    """Whether two values of plain data are the same, for the purpose of judging. Symmetric; never raises.

    - Numbers compare by value across bool, int, float and complex, as Python's `==` does: True, 1 and 1.0 are the
      same. Ints are exact. Where a float or complex takes part, parts are the same when they differ by no more than
      1e-6 of the larger or 1e-9. NaN is the same as NaN; an infinity only as itself.
    - str and bytes are the same when they are equal, each within its own type; None is None.
    - Lists and tuples go element by element; a list is never a tuple.
    - Sets and dict keys are matched exactly (by `==`, NaN as NaN), values of dicts by these rules. The order of a
      dict doesn't matter, and a set is the same as an equal frozenset.
    - A value of any other type, subclasses of the above among them, is the same as nothing, not even itself.

    Nesting may be of any depth, but must not be cyclic.
    """
    pairs = [(claimed, expected)]
    while pairs:
        left, right = pairs.pop()
        kind = type(left)
        if kind in _NUMBERS:
            if type(right) not in _NUMBERS or not _same_number(left, right):
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


def _same_number(left: complex, right: complex) -> bool:
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return _close(left.real, right.real) and _close(left.imag, right.imag)


def _close(left: float, right: float) -> bool:
    if left != left or right != right:
        return left != left and right != right
    try:
        return math.isclose(left, right, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    except OverflowError:
        # One is an int beyond every float; the other can still be an int, as the real part of a complex is not.
        return left == right


def _same_members(left: Any, right: Any) -> bool:
    try:
        return len(left) == len(right) and Counter(map(_exact, left)) == Counter(map(_exact, right))
    except RecursionError:
        return False


def _by_key(value: dict[Any, Any]) -> dict[Any, list[Any]] | None:
    """Values by exact key; several only where several keys are NaN, which equal each other here."""
    groups: dict[Any, list[Any]] = {}
    try:
        for key, item in value.items():
            groups.setdefault(_exact(key), []).append(item)
    except RecursionError:
        return None
    return groups


def _exact(value: Any) -> Any:
    """A stand-in that hashes and compares like `value`, but with NaN equal to NaN and other types equal to nothing."""
    kind = type(value)
    if kind is float or kind is complex:
        return value if value == value else ("NaN", _nan_parts(value))
    if kind is tuple:
        return ("tuple", *map(_exact, value))
    if kind is frozenset:
        return ("frozenset", frozenset(Counter(map(_exact, value)).items()))
    if kind in (bool, int, str, bytes) or value is None:
        return value
    return object()


def _nan_parts(value: complex) -> tuple[Any, Any]:
    return tuple("NaN" if part != part else part for part in (value.real, value.imag))  # type: ignore[return-value]
