# Shows: dataclasses whose annotations are text, generics, protocols, typed dicts.
# Arguments: (1,)
# Result: [(2, []), True, {'x': 1}]
from __future__ import annotations

from dataclasses import astuple, dataclass, field
from typing import Generic, NamedTuple, Protocol, TypedDict, TypeVar, get_type_hints, runtime_checkable

T = TypeVar("T")


@dataclass(order=True)
class Point:
    x: int
    y: list[int] = field(default_factory=list)


@runtime_checkable
class Sized(Protocol):
    def size(self) -> int: ...


class Box(Generic[T]):
    def size(self) -> int:
        return 1


class Pair(NamedTuple):
    x: int


class Named(TypedDict):
    x: int


def solve(n):
    assert get_type_hints(Point)["x"] is int
    return [astuple(max(Point(n), Point(n + 1))), isinstance(Box(), Sized), Named(x=Pair(n).x)]
