"""What it would cost to build a dict or set, told before it is built. Standard library only.

CPython looks for a free place in a table along a path that is known in advance: the low bits of a hash, then, mixed in
five at a time, its others, then the orbit of 5 i + 1. Whoever chooses the hashes of numbers can fill a piece of that
orbit, and send all others through it: quadratic time without two hashes alike. So the paths are walked here first, in
a table of bytes, and a count of steps decides, never a clock. Dicts as in CPython's Objects/dictobject.c, sets as in
Objects/setobject.c.
"""

from collections.abc import Hashable, Iterable
from typing import TypeVar

SMALL = 1000
"""Most elements that are not looked at: our choice, quadratic time in these is a few milliseconds."""

MOST_STEPS = 64
"""Most steps per element, all growths of the table together, beyond its first place. Our choice: random hashes take
one or two, the worst multiples of powers of two that we found 45, and steps without bound would be thousands."""

_WORD = (1 << 64) - 1
_NEIGHBOURS = 10

AnySet = TypeVar("AnySet", set, frozenset)  # type: ignore[type-arg]


def slow_to_build(hashes: list[int], as_set: bool) -> bool:
    """Whether a dict of keys with these hashes, in this order, takes long; or `build_set`, where they are sorted."""
    if len(hashes) <= SMALL:
        return False
    left = MOST_STEPS * len(hashes)
    # A dict doubles its table when two thirds of it are full, and puts all in again.
    bits = SMALL.bit_length()
    while left >= 0:
        held = (2 << bits) // 3
        left -= _steps_in_dict(hashes[:held], bits, left)
        if held >= len(hashes):
            break
        bits += 1
    return left < 0 or (as_set and _steps_in_set(hashes, (2 * len(hashes)).bit_length(), left) > left)


def build_set(kind: type[AnySet], items: Iterable[Hashable]) -> AnySet:
    """A set of `items` at the cost that `slow_to_build` has counted, in whatever order they come.

    By way of a dict, so that its table is made at once for all of them.
    """
    members = list(items)
    return kind(dict.fromkeys(sorted(members, key=hash))) if len(members) > SMALL else kind(members)


def _steps_in_dict(hashes: list[int], bits: int, most: int) -> int:
    """Steps to put `hashes` into an empty dict of 2**`bits` places; counted until they are more than `most`."""
    mask = (1 << bits) - 1
    taken = bytearray(mask + 1)
    steps = 0
    for number in hashes:
        place = number & mask
        if taken[place]:
            rest = number & _WORD
            while taken[place]:
                rest >>= 5
                place = (5 * place + rest + 1) & mask
                steps += 1
            if steps > most:
                break
        taken[place] = 1
    return steps


def _steps_in_set(hashes: list[int], bits: int, most: int) -> int:
    """As `_steps_in_dict`; a set looks at the next nine places too, unless that is beyond its end."""
    mask = (1 << bits) - 1
    taken = bytearray(mask + 1)
    steps = 0
    for number in hashes:
        place = number & mask
        if taken[place]:
            rest = number & _WORD
            while (free := taken.find(0, place, _end(place, mask))) < 0:
                rest >>= 5
                place = (5 * place + rest + 1) & mask
                steps += 1
            if steps > most:
                break
            place = free
        taken[place] = 1
    return steps


def _end(place: int, mask: int) -> int:
    return place + _NEIGHBOURS if place + _NEIGHBOURS <= mask + 1 else place + 1
