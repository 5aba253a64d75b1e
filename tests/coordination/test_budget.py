"""A budget ends a run before the first round that does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.coordination.budget import BudgetOptions


@given(st.integers(1, 100), st.integers(1, 1000), st.integers(1, 10_000))
def test_rounds_of_equal_cost_go_on_while_one_more_fits(rounds: int, cost: int, limit: int) -> None:
    budget = BudgetOptions(tokens=limit)
    assert budget.ends(rounds, rounds * cost, 0) == ((rounds + 1) * cost > limit)


def test_the_tighter_of_two_limits_ends_the_run_and_no_limit_never_does() -> None:
    both = BudgetOptions(tokens=1000, prompts=100)
    assert not both.ends(5, 500, 50)
    assert both.ends(5, 500, 99)
    assert both.ends(5, 999, 50)
    assert not BudgetOptions().ends(10**6, 10**12, 10**9)


def test_the_first_round_always_begins() -> None:
    assert not BudgetOptions(tokens=1).ends(0, 0, 0)


def test_less_than_a_round_is_refused() -> None:
    BudgetOptions(tokens=64, prompts=4).require_round(prompts=4, tokens=64)
    with pytest.raises(ValueError, match=r"budget\.tokens is 63, and one batch may take 64"):
        BudgetOptions(tokens=63).require_round(prompts=4, tokens=64)
