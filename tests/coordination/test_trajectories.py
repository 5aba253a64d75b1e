"""Which trajectories are kept: those in which something was learnt, as different from each other as can be."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.coordination.trajectories import (
    TrajectoryOptions,
    is_mastered,
    max_variance_subset,
    select_for_training,
    select_for_validation,
    spread,
)
from tests.trajectories import trajectory_of

OPTIONS = TrajectoryOptions()
spreads = st.lists(st.integers(0, 20).map(lambda passed: passed / 20), max_size=16)


def test_spread_is_best_less_worst_wherever_they_stand() -> None:
    assert spread(trajectory_of(0.5, 1.0, 0.25)) == 0.75
    assert spread(trajectory_of(0.5, 0.5)) == 0


def test_a_problem_is_mastered_where_every_first_program_passes_all_tests() -> None:
    right, wrong = trajectory_of(1.0, 0.5), trajectory_of(0.95, 1.0)
    assert is_mastered([right] * 16)
    assert not is_mastered([right] * 15 + [wrong])


def test_training_wants_a_change_and_a_right_program() -> None:
    all_right, none_right, later, first = (
        trajectory_of(*rates) for rates in [(1.0, 1.0), (0.2, 0.9), (0.2, 1.0), (1.0, 0.2)]
    )
    assert select_for_training([all_right, none_right, later, first], OPTIONS) == [later, first]
    assert select_for_training([all_right, none_right], OPTIONS) == []


def test_validation_takes_the_smallest_change_right_or_not() -> None:
    flat, large, small = (trajectory_of(*rates) for rates in [(0.5, 0.5), (0.0, 1.0), (0.5, 0.6)])
    assert select_for_validation([flat, large, small, trajectory_of(0.1, 0.2)]) == [small]
    assert select_for_validation([flat]) == []


def test_training_keeps_four_that_differ_most() -> None:
    these = [trajectory_of(lowest, 1.0, index=place) for place, lowest in enumerate((0.9, 0.1, 0.8, 0.85, 0.2, 0.7))]
    assert sorted(one.index for one in select_for_training(these, OPTIONS)) == [0, 1, 3, 4]


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        ([], []),
        ([0.3, 0.1, 0.2], [0, 1, 2]),
        ([0.4, 0.3, 0.2, 0.1], [0, 1, 2, 3]),
        ([0.5, 0.5, 0.5, 0.5, 0.5], [0, 1, 2, 3]),  # no variance to be gained: the first
        ([0.1, 0.1, 0.1, 0.1, 1.0], [0, 1, 2, 4]),
        ([1.0, 1.0, 1.0, 1.0, 0.1], [4, 0, 1, 2]),  # equal values in their order
        ([0.1, 1.0, 0.2, 0.9, 0.5, 0.6], [0, 2, 3, 1]),
    ],
)
def test_max_variance_subsets_of_four(values: list[float], chosen: list[int]) -> None:
    assert max_variance_subset(values, 4) == chosen


def variance(values: list[float], places: tuple[int, ...] | list[int]) -> float:
    return float(np.var([values[place] for place in places]))


@given(spreads)
def test_the_subset_holds_the_smallest_and_no_other_with_it_varies_more(values: list[float]) -> None:
    chosen = max_variance_subset(values, 4)
    assert len(chosen) == len(set(chosen)) == min(4, len(values))
    if len(values) > 4:
        assert min(values) in [values[place] for place in chosen]
        smallest = int(np.argmin(values))
        best = max(variance(values, places) for places in combinations(range(len(values)), 4) if smallest in places)
        assert variance(values, chosen) == pytest.approx(best)
