"""pass@1 by turn: hidden tests alone count, problems weigh the same, and gains are problem by problem."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.errors import UserError
from astor.evaluation.intervals import mean_interval, share_interval
from astor.evaluation.turns import score_turns
from astor.records import Trajectory
from tests.trajectories import trajectory_of


def problems(*shares: tuple[int, ...], samples: int = 4) -> list[Trajectory]:
    """One problem per tuple: how many of its trajectories are right at each turn."""
    return [
        trajectory_of(*(float(index < right) for right in rights), prompt_id=str(number), index=index)
        for number, rights in enumerate(shares)
        for index in range(samples)
    ]


def test_pass_at_1_is_the_mean_over_problems_of_the_share_that_is_right() -> None:
    first, second = score_turns(problems((1, 2), (3, 3), (0, 4)))
    assert (first.turn, first.problems, first.pass_at_1.value) == (0, 3, pytest.approx(1 / 3))
    assert second.pass_at_1 == pytest.approx(share_interval([0.5, 0.75, 1.0]))
    assert second.gain == pytest.approx(mean_interval([[0.25, 0.0, 1.0]], (-1, 1)))
    assert second.relative_change == pytest.approx((0.75 - 1 / 3) / (1 / 3))
    assert (first.gain.value, first.relative_change) == (0, 0)


def test_problems_weigh_the_same_however_many_trajectories_they_have() -> None:
    few, many = problems((2,), samples=2), [one.model_copy(update={"prompt_id": "q"}) for one in problems((0,))]
    assert score_turns(few + many)[0].pass_at_1.value == 0.5


def test_public_tests_do_not_count() -> None:
    assert score_turns([trajectory_of(0.8)])[0].pass_at_1.value == 1, "all hidden tests pass and no public one"


def test_there_is_no_relative_change_from_nothing() -> None:
    assert [score.relative_change for score in score_turns(problems((0, 1), (0, 2)))] == [None, None]


def test_turns_are_compared_over_the_same_trajectories() -> None:
    with pytest.raises(UserError, match="have 1 to 2 turns"):
        score_turns([trajectory_of(1.0), trajectory_of(1.0, 1.0)])
    with pytest.raises(UserError, match="are none"):
        score_turns([])


@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3).map(tuple), min_size=1, max_size=6))
def test_gains_are_differences_and_lie_in_their_intervals(shares) -> None:
    scores = score_turns(problems(*shares))
    for score in scores:
        assert score.gain.value == pytest.approx(score.pass_at_1.value - scores[0].pass_at_1.value)
        assert 0 <= score.pass_at_1.low <= score.pass_at_1.value + 1e-9
        assert score.gain.low <= score.gain.value + 1e-9 <= score.gain.high + 2e-9
