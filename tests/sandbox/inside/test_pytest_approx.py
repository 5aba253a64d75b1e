"""The sandbox's `approx` is near what pytest's is near, and raises where that raises."""

import datetime
import decimal
import fractions
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.sandbox.inside.pytest_approx import Approx

NUMBERS = st.one_of(
    st.sampled_from([0, 1, 1 + 1e-7, 1 + 1e-5, 1 + 1e-13, math.nan, math.inf, -math.inf, 1j, 1 + 1e-8j, 10**400]),
    st.booleans(),
    st.floats(-2, 2),
    st.sampled_from([None, "a", b"a", decimal.Decimal(1), decimal.Decimal("1.0000001"), fractions.Fraction(1, 3)]),
    st.sampled_from([datetime.timedelta(1), datetime.timedelta(1, 1), datetime.datetime(2000, 1, 1)]),
)
VALUES = st.one_of(
    NUMBERS,
    st.lists(NUMBERS, max_size=2),
    st.tuples(NUMBERS),
    st.dictionaries(st.sampled_from("ab"), NUMBERS, max_size=2),
    st.sampled_from([{1, 2}, range(1, 3), [[1]], {"a": [1]}]),
)
TOLERANCES = st.fixed_dictionaries(
    {},
    optional={"rel": st.sampled_from([None, 1e-3, 0.5]), "abs": st.sampled_from([None, 0.2]), "nan_ok": st.booleans()},
)


def came_to(approx, expected, actual, tolerances, turned):
    try:
        near = approx(expected, **tolerances)
        return bool(near == actual if turned else actual == near)
    except (ArithmeticError, TypeError, ValueError):
        return False


@pytest.mark.filterwarnings("ignore:.* cannot be represented exactly")
@given(VALUES, VALUES, TOLERANCES, st.booleans())
def test_it_is_near_the_same(expected, actual, tolerances, turned):
    official = came_to(pytest.approx, expected, actual, tolerances, turned)
    assert came_to(Approx, expected, actual, tolerances, turned) is official


@pytest.mark.filterwarnings("ignore:.* cannot be represented exactly")
@given(VALUES, TOLERANCES)
def test_what_it_is_made_of_is_near_the_same(value, tolerances):
    official = came_to(pytest.approx, value, value, tolerances, False)
    assert came_to(Approx, value, value, tolerances, False) is official


def test_arrays():
    numpy = pytest.importorskip("numpy")
    for expected in (numpy.array([1.0, 2.0]), numpy.array([[1.0], [2.0]]), numpy.array(1.0), [1.0, 2.0], 1.0):
        for actual in (numpy.array([1.0, 2.0 + 1e-9]), numpy.array([[1.0], [2.0]]), numpy.float64(1), [1.0, 2.0], 1):
            official = came_to(pytest.approx, expected, actual, {}, False)
            assert came_to(Approx, expected, actual, {}, False) is official, (expected, actual)
