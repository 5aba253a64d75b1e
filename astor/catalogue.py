"""What there is of a kind, by name: ours, and what other packages offer under a group of entry points."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import TypeVar

from astor.errors import UserError

T = TypeVar("T")


def catalogue(group: str, ours: Mapping[str, T]) -> dict[str, T]:
    """Name → what bears it. Every entry point of the group is a function without arguments that gives such a mapping.

    Raises:
        UserError: a package offers a name that is taken.
    """
    found = dict(ours)
    for point in entry_points(group=group):
        offer: Callable[[], Mapping[str, T]] = point.load()
        offered = offer()
        if taken := sorted(found.keys() & offered.keys()):
            raise UserError(f"{point.value} ({group}) offers {taken[0]!r}, which is taken: rename it.")
        found.update(offered)
    return found
