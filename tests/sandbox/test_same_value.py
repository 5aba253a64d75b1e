"""When a claimed value is the expected one."""

import collections
import copy
import enum
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.sandbox import same_value

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=3)
    | st.binary(max_size=3)
)
hashables = st.recursive(
    scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=6
)
plain_data = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(hashables, inner, max_size=3)
        | st.sets(hashables, max_size=3)
        | st.frozensets(hashables, max_size=3)
    ),
    max_leaves=10,
)


@given(plain_data)
def test_every_plain_value_is_the_same_as_itself_and_as_its_copy(value):
    assert same_value(value, value)
    assert same_value(value, copy.deepcopy(value))


@given(plain_data, plain_data)
def test_it_is_symmetric(left, right):
    assert same_value(left, right) == same_value(right, left)


@given(plain_data, plain_data)
def test_what_is_equal_within_one_type_is_the_same(left, right):
    if type(left) is type(right) and left == right:
        assert same_value(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (True, 1),
        (1, 1.0),
        (1, 1 + 0j),
        (0.1 + 0.2, 0.3),
        (1e20, 1e20 + 1e12),
        (0.0, 1e-10),
        (math.nan, math.nan),
        (math.nan, -math.nan),
        (complex(math.nan, 1), complex(math.nan, 1)),
        ({math.nan: 1}, {float("nan"): 1}),
        ({(math.nan, 1)}, {(float("nan"), 1)}),
        ({1, 2}, frozenset({2, 1})),
        ({1: 0.1 + 0.2}, {1: 0.3}),
        ({1: 2, 0.5: 3}, {True: 2, 0.5 + 0j: 3}),
        ({1, 0.0}, {1 + 0j, -0.0}),
        ({(1, (2.0,))}, {(1.0, (2,))}),
        ({float(2**60), "\ud800"}, {2**60, "\ud800"}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (10**400, 10**400),
    ],
)
def test_these_are_the_same(left, right):
    assert same_value(left, right)
    assert same_value(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, 2),
        (10**20, 10**20 + 1),
        (1.0, 1.00001),
        (0.0, 1e-8),
        (math.inf, -math.inf),
        (math.inf, 1e308),
        (10**400, math.inf),
        (10**400, 1.5),
        (math.nan, 0.0),
        (None, 0),
        (None, False),
        ("1", 1),
        ("a", b"a"),
        ([1], (1,)),
        ([1], [1, 1]),
        ([], ()),
        ({}, set()),
        ({1}, {1.0000001}),
        ({1}, {(1,)}),
        ({1}, {"1"}),
        ({1}, {"#1"}),
        ({"a"}, {b"a"}),
        ({("ab",)}, {("a", "b")}),
        ({("a",)}, {frozenset("a")}),
        ({((1,), 2)}, {(1, (2,))}),
        ({2**53 + 1}, {float(2**53)}),
        ({1j}, {1}),
        ({"NaN"}, {math.nan}),
        ({1: 2}, {1: 3}),
        ({1: 2}, {2: 2}),
        ({1: 2}, {1: 2, 3: 4}),
    ],
)
def test_these_differ(left, right):
    assert not same_value(left, right)
    assert not same_value(right, left)


class Everything:
    def __eq__(self, other):
        return True

    __hash__ = None


class Number(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize(
    "value", [Everything(), Number(3), [Number(3)], {Number(3)}, {Number(3): 1}, bytearray(b"a"), range(2), ..., int]
)
def test_other_types_are_the_same_as_nothing(value):
    assert not same_value(value, value)
    assert not same_value(value, 3)
    assert not same_value([3], [value])


def test_subclasses_of_plain_data_are_no_plain_data():
    assert not same_value(enum.IntEnum("Colour", "RED").RED, 1)
    assert not same_value(collections.OrderedDict(a=1), {"a": 1})


def test_depth_does_not_matter():
    left: list = []
    right: list = []
    for _ in range(100_000):
        left, right = [left], [right]
    assert same_value(left, right)
    assert not same_value(left, [right])
    key_left: tuple = ()
    key_right: tuple = ()
    for _ in range(5_000):
        key_left, key_right = (key_left,), (key_right,)
    assert same_value({key_left}, {key_right}) in (True, False)
