import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.coordination.quotas import apportion, check_floor, floored_shares, owed
from astor.errors import UserError

utilities = st.lists(st.floats(0, 1.5), min_size=1, max_size=9).map(np.array)


def ties(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(utilities=utilities, temperature=st.floats(0.01, 10))
def test_shares_sum_to_one_keep_the_floor_and_follow_utility(utilities: np.ndarray, temperature: float) -> None:
    shares = floored_shares(utilities, temperature, 0.05)
    assert shares.sum() == pytest.approx(1)
    assert shares.min() >= 0.05 - 1e-12
    order = np.argsort(utilities)
    assert (np.diff(shares[order]) >= -1e-12).all()


def test_equal_utilities_have_equal_shares_and_temperature_bounds_the_odds() -> None:
    assert floored_shares(np.array([0.7, 0.7]), 0.5, 0.05).tolist() == [0.5, 0.5]
    shares = floored_shares(np.array([1.5, 0.0]), 0.5, 0.0)
    assert shares[0] / shares[1] == pytest.approx(np.exp(3))


@given(
    weights=st.lists(st.just(0.0) | st.floats(0.001, 1), min_size=1, max_size=9),
    total=st.integers(0, 300),
    seed=st.integers(0, 99),
)
def test_quotas_sum_to_the_batch_and_are_within_one_of_proportion(weights: list[float], total: int, seed: int) -> None:
    quotas = apportion(np.array(weights), total, [total] * len(weights), ties(seed))
    assert quotas.sum() == total
    shares = np.array(weights) if any(weights) else np.ones(len(weights))
    assert (np.abs(quotas - total * shares / shares.sum()) < 1 + 1e-6).all()


@given(st.data())
def test_no_quota_is_above_what_its_task_can_give(data: st.DataObject) -> None:
    capacities = data.draw(st.lists(st.integers(0, 40), min_size=1, max_size=6))
    weights = np.array(data.draw(st.lists(st.floats(0, 1), min_size=len(capacities), max_size=len(capacities))))
    total = data.draw(st.integers(0, sum(capacities)))
    quotas = apportion(weights, total, capacities, ties())
    assert quotas.sum() == total
    assert (quotas <= capacities).all()
    assert (quotas >= 0).all()


def test_equal_remainders_go_by_the_seed() -> None:
    seen = {tuple(apportion(np.ones(3), 4, [4] * 3, ties(seed))) for seed in range(20)}
    assert seen == {(2, 1, 1), (1, 2, 1), (1, 1, 2)}


@given(st.permutations([0.11, 0.23, 0.29, 0.37]))
def test_quotas_go_with_their_tasks_in_any_order(weights: list[float]) -> None:
    quotas = dict(zip(weights, apportion(np.array(weights), 64, [64] * 4, ties()), strict=True))
    assert quotas == {0.11: 7, 0.23: 15, 0.29: 18, 0.37: 24}


def test_a_batch_that_the_tasks_cannot_fill_is_a_users_mistake() -> None:
    with pytest.raises(UserError, match="128 prompts, but the tasks can give 30"):
        apportion(np.ones(2), 128, [10, 20], ties())


def test_floors_above_the_batch_are_a_users_mistake() -> None:
    check_floor(0.25, 4)
    with pytest.raises(UserError, match=r"at most 0\.200"):
        check_floor(0.25, 5)


def test_a_task_is_owed_what_it_fell_short_of() -> None:
    assert owed(np.array([16, 16]), np.array([20, 3])).tolist() == [0, 13]
