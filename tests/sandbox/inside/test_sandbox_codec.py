"""The codec: what it carries, and what it makes of hostile bytes."""

import collections
import contextlib
import enum
import math
import resource
import struct
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from astor.sandbox.inside.codec import CodecError, NotPlainDataError, TooLargeError, check_plain, decode, encode

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters())
    | st.binary()
)
hashables = st.recursive(
    scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=4), max_leaves=8
)
plain_data = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(hashables, inner, max_size=4)
        | st.sets(hashables, max_size=4)
        | st.frozensets(hashables, max_size=4)
    ),
    max_leaves=20,
)


@given(plain_data)
def test_plain_data_comes_back_as_it_was(value):
    check_plain(value)
    back = decode(encode(value))
    assert back == value
    assert repr(type(back)) == repr(type(value))


@given(st.binary(max_size=200))
@example(b"[" + struct.pack("<I", 0xFFFFFFFF))
@example(b"s" + struct.pack("<I", 0xFFFFFFFF) + b"abc")
@example(b"[" + struct.pack("<I", 1))
@example(b":" + struct.pack("<I", 1) + b"N")
@example(b"{" + struct.pack("<I", 2) + b"NN")
@example(b"{" + struct.pack("<I", 1) + b"[" + struct.pack("<I", 0))
@example(b"s" + struct.pack("<I", 1) + b"\xff")
@example((b"[" + struct.pack("<I", 1)) * 500 + b"N")
@example(b"NN")
@example(b"")
def test_hostile_bytes_are_a_codec_error_or_plain_data(data):
    try:
        value = decode(data)
    except CodecError:
        return
    assert len(encode(value)) == len(data)


@given(plain_data, st.data())
def test_one_changed_byte_never_raises_anything_else(value, data):
    changed = bytearray(encode(value))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(CodecError):
        decode(bytes(changed))


class Celsius(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Chameleon:
    __class__ = list


def test_subclasses_collapse_to_the_builtin_that_holds_their_data():
    point = collections.namedtuple("Point", "x y")
    values = [
        enum.IntEnum("Colour", "RED").RED,
        Celsius(20.5),
        point(1, 2),
        collections.OrderedDict(a=1),
        collections.Counter("aab"),
    ]
    back = decode(encode(values))
    assert back == [1, 20.5, (1, 2), {"a": 1}, {"a": 2, "b": 1}]
    assert [type(value) for value in back] == [int, float, tuple, dict, dict]


@pytest.mark.parametrize(
    "value",
    [object(), Chameleon(), range(3), bytearray(b"a"), iter([]), int, [1, [print]], {1: ...}, {(1, Chameleon())}],
)
def test_anything_else_is_refused(value):
    with pytest.raises(NotPlainDataError):
        encode(value)
    with pytest.raises(NotPlainDataError):
        check_plain(value)


def test_depth_and_size_are_capped():
    nested: list = []
    nested.append(nested)
    with pytest.raises(NotPlainDataError, match="deep"):
        encode(nested)
    with pytest.raises(NotPlainDataError, match="deep"):
        check_plain(nested)
    with pytest.raises(TooLargeError):
        encode("a" * 1000, 999)
    doubled: list = []
    for _ in range(60):
        doubled = [doubled, doubled]
    with pytest.raises(TooLargeError):
        encode(doubled, 10_000)


@pytest.mark.parametrize("tag", [b"{", b"<", b":"])
def test_colliding_hashes_cost_no_quadratic_time(tag):
    modulus = (1 << 61) - 1
    pieces = [b"I" + struct.pack("<I", 12) + (number * modulus).to_bytes(12, "little") for number in range(1, 50_000)]
    body = b"N".join(pieces) + b"N" if tag == b":" else b"".join(pieces)
    count = len(pieces) * (2 if tag == b":" else 1)
    started = time.process_time()
    with pytest.raises(CodecError, match="collide"):
        decode(tag + struct.pack("<I", count) + body)
    assert time.process_time() - started < 2


def test_decoding_grows_by_no_more_than_some_fifty_times_the_bytes():
    count = 200_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    value = decode(b"[" + struct.pack("<I", count) + (b"{" + struct.pack("<I", 0)) * count)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert len(value) == count
    assert grown < 60 * 5 * count


def test_not_a_number_and_signed_zero_cross():
    nan, zero = decode(encode([math.nan, -0.0]))
    assert math.isnan(nan)
    assert math.copysign(1, zero) == -1
