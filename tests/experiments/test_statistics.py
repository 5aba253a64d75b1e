"""Differences with their intervals."""

import numpy as np
import pytest
from scipy import stats

from astor.experiments.statistics import bootstrap_interval, difference_over_seeds, holm


def test_a_paired_difference_is_that_of_the_t_test() -> None:
    first, second = [0.5, 0.6, 0.55, 0.7], [0.45, 0.58, 0.56, 0.6]
    found = difference_over_seeds(np.subtract(first, second))
    known = stats.ttest_rel(first, second)
    assert found.value == pytest.approx(0.04)
    assert found.p == pytest.approx(known.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval()))


def test_one_seed_leaves_the_interval_unknown() -> None:
    assert difference_over_seeds([0.1])[:5] == (0.1, None, None, None, None)


def test_the_detectable_difference_is_found_four_times_in_five() -> None:
    random = np.random.default_rng(1)
    reach = float(np.mean([difference_over_seeds(random.normal(0, 0.02, 8)).detectable for _ in range(150)]))
    found = [difference_over_seeds(random.normal(reach, 0.02, 8)) for _ in range(150)]
    assert np.mean([(each.p or 0) < 0.05 for each in found]) == pytest.approx(0.8, abs=0.09)


def test_holm_multiplies_the_smallest_most_and_keeps_their_order() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": None}) == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06, "d": None}
    )


def test_the_bootstrap_covers_the_mean_of_new_seeds_and_new_prompts() -> None:
    random = np.random.default_rng(2)
    covered = []
    for _ in range(60):
        items = random.normal(0.05, 0.3, 40)
        seeds = [{"io": items + random.normal(0, 0.1) + random.normal(0, 0.2, 40)} for _ in range(6)]
        low, high = bootstrap_interval(seeds, draws=400)
        covered.append(low <= 0.05 <= high)
    assert np.mean(covered) > 0.85


def test_the_bootstrap_draws_seeds_where_all_prompts_agree_and_prompts_where_all_seeds_do() -> None:
    apart = np.linspace(-0.1, 0.1, 12)
    by_seed = bootstrap_interval([{"io": np.full(12, value)} for value in apart])
    by_prompt = bootstrap_interval([{"io": apart}] * 12)
    for low, high in (by_seed, by_prompt):
        assert high - low == pytest.approx(2 * 1.96 * apart.std() / 12**0.5, rel=0.1)
