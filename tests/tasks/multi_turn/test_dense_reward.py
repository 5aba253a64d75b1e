"""VeRPO's dense reward pays rare tests more and a right program most."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.tasks.multi_turn.dense_reward import DenseRewardOptions, dense_rewards, weigh_tests

OPTIONS = DenseRewardOptions()
tables = st.integers(1, 6).flatmap(
    lambda tests: st.lists(st.lists(st.booleans(), min_size=tests, max_size=tests), min_size=1, max_size=8)
)


def test_weights_are_what_the_group_fails() -> None:
    passed = np.array([[True, True], [True, False]])  # rho = 1, 1/2
    assert weigh_tests(passed, OPTIONS) == pytest.approx([0.05 / 0.6, 0.55 / 0.6])


def test_half_for_weighted_tests_and_half_for_all() -> None:
    assert dense_rewards([[True, True], [True, False], [False, False]], OPTIONS) == pytest.approx(
        [1, 0.5 * (1 / 3 + 0.05) / (1 / 3 + 2 / 3 + 0.1), 0]
    )


def test_shares_are_options() -> None:
    passed = [[True, True], [True, False]]
    assert dense_rewards(passed, DenseRewardOptions(outcome_share=1)) == [1, 0]
    assert dense_rewards(passed, DenseRewardOptions(outcome_share=0)) == pytest.approx([1, 0.05 / 0.6])


@given(tables)
def test_rewards_are_within_0_and_1_and_1_is_for_all_tests(passed) -> None:
    for reward, row in zip(dense_rewards(passed, OPTIONS), passed, strict=True):
        assert 0 <= reward <= 1
        assert (reward == 1) == all(row)
        assert (reward == 0) == (not any(row))


@given(tables)
def test_passing_more_tests_of_a_group_is_never_worse(passed) -> None:
    rewards = dense_rewards(passed, OPTIONS)
    for one, reward in zip(passed, rewards, strict=True):
        for other, theirs in zip(passed, rewards, strict=True):
            if all(b or not a for a, b in zip(one, other, strict=True)):
                assert reward <= theirs + 1e-12
