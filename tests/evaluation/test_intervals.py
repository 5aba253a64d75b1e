"""Intervals: one stratum is Student's, many are Welch's, and 95 % means 95 %."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from astor.evaluation.intervals import jackknife_interval, mean_interval

UNIT = (0.0, 1.0)
values = st.lists(st.floats(0, 1), min_size=2, max_size=20)


def test_one_stratum_is_students_t():
    observed = [0.2, 0.4, 0.9, 0.5]
    expected = stats.ttest_1samp(observed, 0).confidence_interval(0.95)
    assert mean_interval([observed], (-9, 9)) == pytest.approx((0.5, *expected))


def test_two_strata_are_welchs():
    first, second = [0.1, 0.3, 0.2, 0.5], [0.9, 0.1, 0.8, 0.3, 0.6, 0.4]
    # The mean of a and b is half the difference of a and -b.
    expected = stats.ttest_ind(first, [-value for value in second], equal_var=False).confidence_interval(0.95)
    interval = mean_interval([first, second], UNIT)
    assert (interval.low, interval.high) == pytest.approx((expected.low / 2, expected.high / 2))


@given(st.lists(values, min_size=1, max_size=4))
def test_the_value_lies_in_the_interval_and_the_interval_in_the_bounds(strata):
    interval = mean_interval(strata, UNIT)
    assert 0 <= interval.low <= interval.value + 1e-12
    assert interval.value - 1e-12 <= interval.high <= 1


def test_strata_weigh_the_same_whatever_their_size():
    assert mean_interval([[0.0, 0.0], [1.0] * 50], UNIT).value == 0.5


def test_one_observation_says_nothing_of_the_spread():
    assert mean_interval([[0.3]], UNIT) == (0.3, 0.0, 1.0)
    assert mean_interval([[0.3, 0.3], [0.5]], UNIT) == (0.4, 0.0, 1.0)


def test_it_covers_the_truth_in_95_of_100_cases():
    random = np.random.default_rng(0)
    truth = (0.2 + 0.7) / 2
    covered = 0
    for _ in range(1000):
        interval = mean_interval([random.binomial(4, p, 60) / 4 for p in (0.2, 0.7)], UNIT)
        covered += interval.low <= truth <= interval.high
    assert 925 <= covered <= 975


def test_of_a_mean_the_jackknife_is_students_t():
    rows = [(1, 10), (4, 10), (9, 10), (5, 10)]
    expected = mean_interval([[passed / of for passed, of in rows]], UNIT)
    assert jackknife_interval(rows, lambda counts: counts[0] / counts[1], UNIT) == pytest.approx(expected)
    assert jackknife_interval(rows[:1], lambda counts: counts[0] / counts[1], UNIT) == (0.1, 0.0, 1.0)
