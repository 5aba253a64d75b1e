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

from astor.sandbox.inside.codec import CodecError

MOST_PRINTED = 1 << 16
"""Bytes of output that are kept of one call, on either stream. Our choice: more is no output that a test compares."""

MOST_WARNINGS = 64
"""Warnings that are kept of one call. Our choice."""

_DEPTH = 100
_CHANGING = (list, dict, set, deque, bytearray)
_HOLDING = (list, tuple, deque, dict)
_NESTING = (*_CHANGING, tuple)

Told = tuple[Any, ...]


def containers(value: Any) -> list[Any]:
    """Every list, dict, set, deque and bytearray in a value, each before what it holds."""
    found: list[Any] = []
    _find(value, found, _DEPTH)
    return found


def _find(value: Any, found: list[Any], depth: int) -> None:
    if isinstance(value, _CHANGING):
        found.append(value)
    if depth and isinstance(value, _HOLDING):
        held: Any = value
        base = next(base for base in _HOLDING if isinstance(value, base))
        for item in dict.values(held) if base is dict else base.__iter__(held):
            if isinstance(item, _NESTING):
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


def _content(container: Any) -> list[Any]:
    if isinstance(container, dict):
        return [part for pair in dict.items(container) for part in pair]
    return list(container)


def _same(now: list[Any], before: list[Any]) -> bool:
    return len(now) == len(before) and all(map(is_, now, before))


def _plain(container: Any) -> Any:
    kinds = ((dict, dict), (bytearray, bytes), (set, set))
    return next((plain for base, plain in kinds if isinstance(container, base)), list)(container)


def change(container: Any, content: Any) -> None:
    """Make `content` what the container holds; CodecError where it is none of its kind."""
    if isinstance(container, dict | set) and type(content) is (dict if isinstance(container, dict) else set):
        container.clear()
        container.update(content)
    elif isinstance(container, list | bytearray) and type(content) is (list if isinstance(container, list) else bytes):
        container[:] = content
    elif isinstance(container, deque) and type(content) is list:
        container.clear()
        container.extend(content)
    else:
        raise CodecError("no content of such a container")


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
