import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.coordination.observation import PromptObservation, TaskObservation
from astor.coordination.prompt_sampling import PromptPool, PromptSamplingOptions, gumbel_top_k
from astor.errors import UserError


def pool_of(prompts: int = 30, seed: int = 0, **options: object) -> PromptPool:
    return PromptPool(PromptSamplingOptions(**options), "a", [(f"p{i}", i % 2) for i in range(prompts)], seed)


def scored(**scores: list[float]) -> TaskObservation:
    return TaskObservation(
        tuple(PromptObservation(name, tuple(values), (), (), len(set(values)) > 1) for name, values in scores.items())
    )


def everything(pool: PromptPool) -> np.ndarray:
    return np.arange(len(pool.ids))


@given(seed=st.integers(0, 999), count=st.integers(0, 30), by=st.sampled_from(["utility", "uniform"]))
def test_a_draw_has_no_prompt_twice_and_repeats_with_its_seed(seed: int, count: int, by: str) -> None:
    drawn = pool_of(seed=seed, by=by).draw(count, 3, 0.25)
    assert len(set(drawn)) == count
    assert drawn == pool_of(seed=seed, by=by).draw(count, 3, 0.25)


def test_gumbel_top_k_draws_as_one_after_the_other_without_replacement() -> None:
    probabilities, random = np.array([0.5, 0.3, 0.2]), np.random.default_rng(0)
    draws = np.array([gumbel_top_k(probabilities, 2, random) for _ in range(20000)])
    assert np.bincount(draws[:, 0]) / 20000 == pytest.approx([0.5, 0.3, 0.2], abs=0.015)
    after_first = draws[draws[:, 0] == 0, 1]
    assert np.mean(after_first == 1) == pytest.approx(0.6, abs=0.02)


def test_at_first_every_prompt_is_as_likely() -> None:
    pool = pool_of()
    assert pool.probabilities(everything(pool), 0, 0.25) == pytest.approx(1 / 30)


def test_utility_is_variance_and_change_of_the_mean() -> None:
    pool = pool_of(progress_weight=0.3)
    pool.observe(scored(p0=[1, 0], p1=[0.5, 0.5], p2=[0, 0]), 0)
    pool.observe(scored(p2=[1, 1]), 1)
    utilities = pool.utilities(everything(pool), 0.25)
    assert utilities[:3] == pytest.approx([0.7, 0.0, 0.3])


def test_an_unseen_prompt_promises_what_its_bucket_did() -> None:
    pool = pool_of()
    assert pool.utilities(everything(pool), 0.25) == pytest.approx(0.5)
    pool.observe(scored(p0=[1, 0], p2=[1, 1]), 0)
    utilities = pool.utilities(everything(pool), 0.25)
    assert utilities[4] == pytest.approx(0.35), "the mean of bucket 0"
    assert utilities[5] == 0.5, "nothing is known of bucket 1"


def test_a_score_that_falls_is_worth_a_visit_unless_the_option_says_otherwise() -> None:
    for delta, expected in (("absolute", 0.3), ("positive", 0.0)):
        pool = pool_of(delta=delta)
        pool.observe(scored(p0=[1, 1]), 0)
        pool.observe(scored(p0=[0, 0]), 1)
        assert pool.utilities(everything(pool), 0.25)[0] == pytest.approx(expected)


def test_what_was_long_not_seen_is_drawn_more() -> None:
    pool = pool_of(prompts=2, staleness_weight=1.0)
    pool.observe(scored(p0=[1, 0]), 8)
    pool.observe(scored(p1=[1, 0]), 1)
    assert pool.probabilities(everything(pool), 9, 0.25) == pytest.approx([1 / 9, 8 / 9])


def test_visited_prompts_that_promise_less_leave_for_those_outside() -> None:
    pool = pool_of(prompts=30, pool=10, turnover=0.2)
    names = [pool.ids[i] for i in np.flatnonzero(pool.active)]
    pool.observe(scored(**{name: [0, 0] for name in names[:4]}, **{name: [0, 1] for name in names[4:]}), 0)
    pool.turn_over(1, 0.25)
    active = {pool.ids[i] for i in np.flatnonzero(pool.active)}
    assert len(active) == 10
    assert len(set(names) - active) == 2
    assert set(names) - active <= set(names[:4])
    assert {int(pool.entered[pool.index[name]]) for name in active - set(names)} == {1}


def test_a_pool_of_unseen_prompts_stays_and_one_of_all_prompts_has_nothing_to_exchange() -> None:
    pool = pool_of(prompts=30, pool=10)
    before = pool.active.copy()
    pool.turn_over(1, 0.25)
    assert np.array_equal(pool.active, before)
    small = pool_of(prompts=5, pool=10)
    small.observe(scored(p0=[0, 0], p2=[1, 0]), 0)
    small.turn_over(1, 0.25)
    assert small.active.all()


def test_the_pool_comes_round_to_every_prompt() -> None:
    pool, met = pool_of(prompts=40, pool=8, turnover=0.5), set()
    for round in range(60):
        pool.turn_over(round, 0.25)
        drawn = pool.draw(4, round, 0.25)
        met.update(drawn)
        pool.observe(scored(**{name: [0, 0] if i % 2 else [0, 1] for i, name in enumerate(drawn)}), round)
        assert np.count_nonzero(pool.active) == 8
    assert len(met) == 40


def test_statistics_are_of_visited_and_active_prompts_only() -> None:
    pool = pool_of(prompts=1000, pool=10)
    assert len(pool.statistics()) == 10


def test_statistics_of_a_prompt_that_is_not_the_runs_are_refused() -> None:
    with pytest.raises(UserError, match="'p20' of task a"):
        pool_of(prompts=10).load_statistics(pool_of(prompts=30).statistics()[20:21])
