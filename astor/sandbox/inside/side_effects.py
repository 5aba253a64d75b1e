"""What a call does beside its result: to the containers that it was passed, on standard output and by warnings.

The end that performs a question tells of it with its answer, as `Link` sends it: () where there is nothing to tell,
else (changes, output, error output, warnings). A change is the place of a container among those that were passed, and
its new content, packed; so that what a test passed is afterwards what the program has made of it. Standard library
only.
"""

import builtins
import io
import sys
import warnings
from collections import deque
from collections.abc import Callable
from operator import is_
from typing import Any

from astor.sandbox.inside import standard_types
from astor.sandbox.inside.codec import CodecError

MOST_PRINTED = 1 << 16
"""Bytes of output that are kept of one call, on either stream. Our choice: more is no output that a test compares."""

MOST_WARNINGS = 64
"""Warnings that are kept of one call. Our choice."""

_DEPTH = 100
_PLAIN: dict[type, type] = {list: list, dict: dict, set: set, deque: list, bytearray: bytes}
"""Classes of containers, and as what their content crosses. Of the last two, no classes that derive from them cross."""

_SCALARS = frozenset({type(None), bool, int, float, complex, str, bytes})

Told = tuple[Any, ...]


def _kind(value: Any) -> type | None:
    """Which container a value is: a class of `_PLAIN`, or numpy's of arrays."""
    kind = type(value)
    if kind in _PLAIN:
        return kind
    base = next((base for base in (list, dict, set) if issubclass(kind, base)), None)
    return base or (kind if standard_types.is_array(value) else None)


def containers(value: Any) -> list[Any]:
    """Every list, dict, set, deque, bytearray and array in a value, each before what it holds."""
    found: list[Any] = []
    _find(value, found, _DEPTH)
    return found


def _find(value: Any, found: list[Any], depth: int) -> None:
    kind = _kind(value)
    if kind is not None:
        found.append(value)
    base: Any = kind or (tuple if isinstance(value, tuple) else None)
    if depth and base in (list, dict, deque, tuple):
        for item in dict.values(value) if base is dict else base.__iter__(value):
            if type(item) not in _SCALARS:
                _find(item, found, depth - 1)


class Watch:
    """What becomes of the containers that are passed with a question."""

    def __init__(self, passed: Any) -> None:
        self.containers = containers(passed)
        self._before = list(map(_content, self.containers))

    def changes(self, pack: Callable[[Any], Any]) -> tuple[Any, ...]:
        """Place and new content of each that is not what it was."""
        return tuple(
            (place, pack(_plain(container)))
            for place, (container, before) in enumerate(zip(self.containers, self._before, strict=True))
            if not _same(_content(container), before)
        )


def _content(container: Any) -> Any:
    kind = _kind(container)
    if kind is dict:
        return [part for pair in dict.items(container) for part in pair]
    if kind is bytearray:
        return bytes(container)
    return list(container) if kind in _PLAIN else container.tobytes()


def _same(now: Any, before: Any) -> bool:
    if type(now) is bytes:
        return bool(now == before)
    return len(now) == len(before) and all(map(is_, now, before))


def _plain(container: Any) -> Any:
    kind = _kind(container)
    return _PLAIN[kind](container) if kind in _PLAIN else container.copy()


def change(container: Any, content: Any) -> None:
    """Make `content` what the container holds; CodecError where it is none of its kind."""
    kind: Any = _kind(container)
    if type(content) is not _PLAIN.get(kind, kind):
        raise CodecError("no content of such a container")
    if kind in (list, bytearray):
        container[:] = content
    elif kind in _PLAIN:
        container.clear()
        container.extend(content) if kind is deque else container.update(content)
    elif content.shape == container.shape and content.dtype == container.dtype:
        container[...] = content
    else:
        raise CodecError("an array has another shape")


class _Kept(io.BytesIO):
    """The beginning of what is written."""

    def write(self, data: Any) -> int:
        super().write(bytes(data)[: max(0, MOST_PRINTED - self.tell())])
        return len(data)

    def fileno(self) -> int:
        return 1


class Aloud:
    """What this process says aloud: installed before its program is loaded, emptied with each answer."""

    def __init__(self) -> None:
        self._streams = [_Kept(), _Kept()]
        self._warnings: list[tuple[str, str]] = []
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(stream, "utf-8", "backslashreplace", newline="", write_through=True)
            for stream in self._streams
        )
        warnings.simplefilter("always")
        warnings.showwarning = self._warned

    def _warned(self, message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        if len(self._warnings) < MOST_WARNINGS:
            named = next(kind.__name__ for kind in category.__mro__ if kind.__module__ == "builtins")
            self._warnings.append((named, str(message)[:MOST_PRINTED]))

    def peek(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """Output, error output and warnings since it was emptied."""
        output, errors = (stream.getvalue().decode("utf-8", "replace") for stream in self._streams)
        return output, errors, tuple(self._warnings)

    def take(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """As `peek`, and empty it."""
        said = self.peek()
        for stream in self._streams:
            stream.seek(0)
            stream.truncate()
        self._warnings = []
        return said


def say_again(output: str, errors: str, said: Any) -> None:
    """Say in the process of the test what the program has said."""
    if output:
        sys.stdout.write(output)
    if errors:
        sys.stderr.write(errors)
    for name, text in said:
        category = getattr(builtins, str(name), None)
        is_one = isinstance(category, type) and issubclass(category, Warning)
        warnings.warn(text, category if is_one else UserWarning, stacklevel=5)
