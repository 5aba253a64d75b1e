"""`pytest.approx`: equals numbers near its own, and sequences, mappings and arrays of such, as pytest documents it.

An object of the program is near nothing. Standard library only.
"""

import cmath
import sys
from collections.abc import Collection, Iterator, Mapping
from numbers import Complex
from typing import Any

from astor.sandbox.inside.handle import Handle

RELATIVE, ABSOLUTE = "1e-6", "1e-12"
"""Tolerances where none is given, as pytest has them."""


class Approx:
    """What `approx` gives. TypeError for containers within containers, as in pytest."""

    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = None
    __array_priority__ = 100

    def __init__(self, expected: Any, rel: Any = None, abs: Any = None, nan_ok: bool = False) -> None:
        self.expected, self._rel, self._abs, self._nan_ok = expected, rel, abs, nan_ok
        self._is_array = type(expected).__name__ == "ndarray"
        if not self._is_array and any(map(_is_container, self._parts(expected))):
            raise TypeError("pytest.approx() does not support nested data structures")
        if _is_container(expected) and not hasattr(expected, "__getitem__"):
            raise TypeError("pytest.approx() only supports ordered sequences")
        if _is_time(expected):
            self._check_times()

    def __bool__(self) -> bool:
        raise AssertionError("approx() is not supported in a boolean context")

    def __repr__(self) -> str:
        return f"approx({self.expected!r})"

    def __eq__(self, actual: object) -> bool:
        expected = self.expected
        if isinstance(actual, Handle):
            return False
        if self._is_array:
            numpy: Any = sys.modules["numpy"]  # Where there is an array, it has been imported.
            ours, theirs = numpy.asarray(expected), numpy.asarray(actual)
            if theirs.shape not in ((), ours.shape):
                return False
            pairs = zip(ours.ravel().tolist(), numpy.broadcast_to(theirs, ours.shape).ravel().tolist(), strict=True)
            return all(self._near(one, other) for other, one in pairs)
        if isinstance(expected, Mapping):
            if not isinstance(actual, Mapping) or set(actual) != set(expected):
                return False
            return all(self._near(actual[key], value) for key, value in expected.items())
        if _is_container(expected):
            items: Any = actual
            try:
                if len(items) != len(expected):
                    return False
            except TypeError:
                return False
            return all(self._near(*pair) for pair in zip(items, expected, strict=True))
        return self._near(actual, expected)

    def _parts(self, expected: Any) -> Iterator[Any]:
        if isinstance(expected, Mapping):
            yield from expected.values()
        elif _is_container(expected):
            yield from expected

    def _near(self, actual: Any, expected: Any) -> bool:
        if isinstance(actual, Handle):
            return False
        if hasattr(actual, "tolist"):
            return all(self._near(each, expected) for each in actual.ravel().tolist())
        if _is_time(expected):
            return self._near_time(actual, expected)
        if self._rel is not None and not hasattr(expected, "__abs__"):
            raise TypeError("expected value must support abs(...) when relative tolerance is used")
        if isinstance(expected, bool) and not isinstance(actual, bool):
            return False
        if actual == expected:
            return True
        if isinstance(expected, bool) or not (_is_number(expected) and _is_number(actual)):
            return False
        if cmath.isnan(expected):
            return self._nan_ok and cmath.isnan(actual)
        if cmath.isinf(expected):
            return False
        return bool(abs(expected - actual) <= self._tolerance(expected))

    def _tolerance(self, expected: Any) -> Any:
        kind = type(expected) if not isinstance(expected, Complex) else float
        absolute = kind(ABSOLUTE if self._abs is None else self._abs)
        if self._rel is None and self._abs is not None:
            relative = absolute
        else:
            relative = kind(RELATIVE if self._rel is None else self._rel) * abs(expected)
        if not (absolute >= 0 and relative >= 0):
            raise ValueError("a tolerance can't be negative, nor NaN")
        return max(absolute, relative)

    def _check_times(self) -> None:
        if self._nan_ok or self._rel is self._abs is None:
            raise TypeError("pytest.approx() requires an explicit tolerance for times")

    def _near_time(self, actual: Any, expected: Any) -> bool:
        self._check_times()
        try:
            tolerances = [self._abs] if self._abs is not None else []
            tolerances += [self._rel * abs(expected)] if self._rel is not None else []
            return bool(abs(expected - actual) <= max(tolerances))
        except (TypeError, OverflowError):
            return False


def _is_container(value: Any) -> bool:
    sized = isinstance(value, Collection) or (hasattr(value, "__getitem__") and hasattr(value, "__len__"))
    return sized and not isinstance(value, str | bytes | Handle)


def _is_number(value: Any) -> bool:
    return isinstance(value, Complex) or (type(value).__module__, type(value).__name__) == ("decimal", "Decimal")


def _is_time(value: Any) -> bool:
    return (type(value).__module__, type(value).__name__) in (("datetime", "datetime"), ("datetime", "timedelta"))
