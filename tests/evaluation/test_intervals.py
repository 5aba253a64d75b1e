"""Intervals: one stratum is Student's, many are Welch's, and 95 % means 95 %."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from astor.evaluation.intervals import jackknife_interval, mean_interval, mean_of_shares, share_interval

UNIT = (0.0, 1.0)
DRAWS = 600
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


def test_of_a_mean_the_jackknife_is_the_interval_of_a_share():
    rows = [(1, 10), (4, 10), (9, 10), (5, 10)]
    expected = share_interval([passed / of for passed, of in rows])
    assert jackknife_interval(rows, lambda counts: counts[0] / counts[1]) == pytest.approx(expected)
    assert jackknife_interval(rows[:1], lambda counts: counts[0] / counts[1]) == (0.1, 0.0, 1.0)
    assert jackknife_interval([(0, 10)] * 6, lambda counts: counts[0] / counts[1]).high == pytest.approx(
        0.459, abs=1e-3
    )


def test_none_of_120_may_be_three_in_a_hundred():
    assert share_interval([0.0] * 120) == pytest.approx((0, 0, 0.0303), abs=1e-4)
    assert share_interval([1.0] * 120) == pytest.approx((1, 0.9697, 1), abs=1e-4)
    assert share_interval([0.0, 0.0]).high > 0.8
    assert share_interval([0.3]) == (0.3, 0.0, 1.0)


def test_samples_of_one_prompt_say_less_than_those_of_many():
    apart, together = share_interval([0.5] * 20 + [0.25, 0.75] * 50), share_interval([0.0, 1.0] * 60)
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_graded_scores_of_many_prompts_have_students_interval():
    observed = np.random.default_rng(0).normal(0.45, 0.15, 480).clip(0, 1)
    assert share_interval(observed) == pytest.approx(mean_interval([observed], UNIT), abs=0.001)


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=20), min_size=1, max_size=4))
def test_a_mean_of_shares_lies_in_its_interval_and_has_one_of_some_width(strata):
    interval = mean_of_shares(strata)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert interval.high > interval.low


@pytest.mark.parametrize("samples", [1, 4])
@pytest.mark.parametrize("prompts", [6, 40, 120])
@pytest.mark.parametrize("mean", [0, 0.01, 0.03, 0.5, 0.97, 1])
@pytest.mark.parametrize("alike", [0.0, 0.5, 1.0])
def test_shares_are_covered_in_93_of_100_cases_at_least(mean, prompts, samples, alike):
    """`alike` is how far a prompt's samples agree: its own share is the mean, spread over [0, 1], or 0 or 1."""
    random = np.random.default_rng(0)
    covered = 0
    for _ in range(DRAWS):
        own = _shares(random, mean, prompts, alike)
        interval = share_interval(random.binomial(samples, own) / samples)
        covered += interval.low <= mean <= interval.high
    assert covered >= 0.93 * DRAWS


@pytest.mark.parametrize("prompts", [6, 40, 120])
@pytest.mark.parametrize("means", [(0, 0, 0, 0), (0.01, 0.03, 0.2, 0.5), (1, 0.97, 0.5, 0), (0.1, 0.1, 0.1, 0.1)])
def test_means_of_shares_are_covered_too(means, prompts):
    random, truth = np.random.default_rng(0), sum(means) / len(means)
    covered = 0
    for _ in range(DRAWS):
        strata = [random.binomial(4, _shares(random, mean, prompts, 0.5)) / 4 for mean in means]
        interval = mean_of_shares(strata)
        covered += interval.low <= truth + 1e-12 and truth - 1e-12 <= interval.high
    assert covered >= 0.93 * DRAWS


LONG_TAILED = {
    "rare, of any size": (lambda random, n: (random.random(n) < 0.05) * random.beta(0.5, 1, n), 0.05 / 3),
    "mostly next to nothing": (lambda random, n: random.beta(0.02, 2, n), 0.02 / 2.02),
    "little, now and then all": (
        lambda random, n: np.where(random.random(n) < 0.01, 1.0, 0.01 * random.random(n)),
        0.01 + 0.99 * 0.005,
    ),
    "little, now and then much": (
        lambda random, n: np.where(random.random(n) < 0.02, random.beta(5, 2, n), 0.02 * random.random(n)),
        0.02 * 5 / 7 + 0.98 * 0.01,
    ),
}


@pytest.mark.parametrize("prompts", [40, 120, 480])
@pytest.mark.parametrize("kind", LONG_TAILED)
@pytest.mark.parametrize("mirrored", [False, True])
def test_rare_graded_scores_are_covered_in_93_of_100_cases_at_least(kind, prompts, mirrored):
    random, (draw, mean) = np.random.default_rng(0), LONG_TAILED[kind]
    covered = 0
    for _ in range(DRAWS // 2):
        values = draw(random, prompts)
        interval = share_interval(1 - values if mirrored else values)
        covered += interval.low <= (1 - mean if mirrored else mean) <= interval.high
    assert covered >= 0.93 * DRAWS / 2


def test_scores_that_are_not_rare_are_no_wider_for_it():
    observed = np.random.default_rng(0).beta(1, 9, 120)
    assert share_interval(observed) == pytest.approx(mean_interval([observed], UNIT), abs=0.005)


def _shares(random, mean, prompts, alike):
    if alike == 0 or mean in (0, 1):
        return np.full(prompts, float(mean))
    if alike == 1:
        return random.binomial(1, mean, prompts).astype(float)
    concentration = (1 - alike) / alike
    return random.beta(mean * concentration, (1 - mean) * concentration, prompts)
