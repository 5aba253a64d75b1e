"""What it would cost to build a dict or set, told before it is built."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.sandbox.comparison import same_value
from astor.sandbox.inside.codec import CodecError, NotPlainDataError, decode, encode
from astor.sandbox.inside.tables import MOST_STEPS, SMALL, build_set, slow_to_build

MANY = 8_000

HONEST = {
    "numbers from 0": range(MANY),
    "numbers below 0": range(-MANY, 0),
    "multiples of 2**16": range(0, MANY << 16, 1 << 16),
    "multiples of 2**32": range(0, MANY << 32, 1 << 32),
    "multiples of 3 * 2**43": range(0, 3 * MANY << 43, 3 << 43),
    "powers of 3": [3**n for n in range(2000)],
    "squares": [n * n for n in range(MANY)],
    "text": list(map(str, range(MANY))),
    "bytes": [b"%d" % n for n in range(MANY)],
    "points": list(itertools.product(range(90), repeat=2)),
    "small tuples": [(n % 7, n % 11, n) for n in range(MANY)],
    "pairs as sets": [frozenset((n, n + 1)) for n in range(MANY)],
    "tenths": [n * 0.1 for n in range(MANY)],
    "parts of 1024": [n / 1024 for n in range(MANY)],
    "seconds": [1.6e9 + n / 1000 for n in range(MANY)],
    "complex": [complex(n % 100, n // 100) for n in range(MANY)],
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_data_passes_however_large(name):
    keys = dict.fromkeys(HONEST[name], 1)
    assert len(keys) > SMALL
    for value in (keys, set(keys), frozenset(keys)):
        back = decode(encode(value))
        assert back == value
        assert same_value(back, value)
    assert list(decode(encode(keys))) == list(keys)


@given(st.integers(-(1 << 62), 1 << 62), st.integers(0, 61), st.sampled_from([1, 3, 5, 1000]))
def test_equal_steps_pass_from_anywhere(start, shift, times):
    hashes = list(dict.fromkeys(hash(start + (times * n << shift)) for n in range(3000)))
    assert not slow_to_build(hashes, as_set=False)
    assert not slow_to_build(sorted(hashes), as_set=True)


def chained(bits: int) -> list[int]:
    """Numbers that fill a piece of the orbit of 5 i + 1 in a dict of 2**`bits` places, and others that walk it."""
    mask = (1 << bits) - 1
    piece = [0]
    while len(piece) < mask // 3:
        piece.append((5 * piece[-1] + 1) & mask)
    held, walkers = set(piece), []
    numbers = itertools.count(1)
    while len(walkers) < mask // 4:
        number = next(numbers)
        # Within the piece from its first place to where its high bits are used up.
        candidate = piece[number % 50] + (number << bits)
        place, rest = candidate & mask, candidate
        while rest and place in held:
            rest >>= 5
            place = (5 * place + rest + 1) & mask
        if place in held:
            walkers.append(candidate)
    return piece + walkers


CHAINED = chained(13)


def frame_of(tag: bytes, numbers: list[int]) -> bytes:
    count = len(numbers) * (2 if tag == b":" else 1)
    between = b"N" if tag == b":" else b""
    return tag + struct.pack("<I", count) + b"".join(b"i" + struct.pack("<q", n) + between for n in numbers)


@pytest.mark.parametrize("tag", [b":", b"{", b"<"])
def test_chosen_hashes_that_walk_through_each_other_are_refused(tag):
    assert len(set(CHAINED)) == len(CHAINED)
    with pytest.raises(CodecError, match="collide"):
        decode(frame_of(tag, CHAINED))


def test_a_program_that_returns_them_is_told_before_it_sends_them():
    for value in (dict.fromkeys(CHAINED), set(CHAINED)):
        with pytest.raises(NotPlainDataError, match="collide"):
            encode(value)


def test_counting_ends_soon_where_building_would_not():
    steps = 0

    class Counted(int):
        def __and__(self, mask):
            nonlocal steps
            steps += 1
            return int(self) & mask

    assert slow_to_build([Counted(n) for n in CHAINED], as_set=False)
    assert steps <= MOST_STEPS * len(CHAINED)


@given(st.sets(st.integers() | st.text(max_size=3)))
def test_a_set_is_built_of_what_it_is_given(members):
    more = members | set(range(SMALL + 5))
    for items in (members, more):
        assert build_set(set, items) == items
        assert build_set(frozenset, items) == items


def test_the_order_in_which_a_set_arrives_does_not_matter():
    numbers = [n << 32 for n in range(5000)]
    assert list(build_set(set, numbers)) == list(build_set(set, numbers[::-1]))
