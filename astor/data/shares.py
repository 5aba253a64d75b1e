"""Shares of the splits with which little data gives every split something."""

from collections import Counter
from collections.abc import Iterable
from functools import cache

from astor.data.splits import SplitOptions
from astor.records import Item, Split

GRID = 20
"""Parts that shares are multiples of. Our choice: finer ones part a few dozens of classes no better."""
ENOUGH = 2
"""Classes of each kind that a split should have: a score of one says nothing."""
Classes = dict[str, set[str]]
"""Kind of item → its structural classes, which no split divides."""


def classes_of(items: Iterable[Item]) -> Classes:
    """The structural classes of each kind of item."""
    classes: Classes = {}
    for item in items:
        classes.setdefault(item.content.kind, set()).add(item.structural_hash)
    return classes


def count_by_split(classes: Classes, options: SplitOptions) -> Counter[tuple[str, Split]]:
    """(kind, split) → classes that go there."""
    return Counter((kind, options.split(each, 0)) for kind, found in classes.items() for each in found)


def fitting_shares(classes: Classes) -> SplitOptions:
    """Of all shares the ones that leave the fewest splits without a kind, then the fewest with less than `ENOUGH` of
    it, then those nearest to the default ones. With enough data these are the default ones.

    No score is looked at, and no seed has a part in it: a class stays on one side of whatever borders are drawn.
    """
    best, least = SplitOptions(), (1 << 30, 1 << 30)
    for options in _nearest_first():
        counts = count_by_split(classes, options)
        found = [counts[kind, split] for kind in classes for split in Split]
        if (lacking := (found.count(0), sum(count < ENOUGH for count in found))) < least:
            best, least = options, lacking
        if not least[1]:
            break
    return best


@cache
def _nearest_first() -> tuple[SplitOptions, ...]:
    """Shares of at least one part each, those nearest to the default ones first."""
    usual = SplitOptions()
    parts = [round(share * GRID) for share in (usual.warm_start, usual.train, usual.held_out, usual.promotion)]
    ways = (
        (warm_start, train, held_out, GRID - warm_start - train - held_out)
        for warm_start in range(1, GRID)
        for train in range(1, GRID - warm_start)
        for held_out in range(1, GRID - warm_start - train)
    )
    nearest = sorted(ways, key=lambda way: sum((a - b) ** 2 for a, b in zip(way, parts, strict=True)))
    return tuple(
        SplitOptions(**{split.value: part / GRID for split, part in zip(Split, way, strict=True)}) for way in nearest
    )
