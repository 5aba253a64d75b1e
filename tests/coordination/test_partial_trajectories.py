"""Trajectories become prompts that end in feedback; what has been reached goes to the reference alone."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.coordination.partial_trajectories import CutOptions, cut_trajectories, cut_trajectory
from astor.records import Split
from tests.trajectories import trajectory_of

OPTIONS = CutOptions()


def count(messages) -> int:
    """A thousand tokens a message."""
    return 1000 * len(messages)


def cut(trajectory, options=OPTIONS, count=count):
    return [(partial.programs, partial.prev_best) for partial in cut_trajectory(trajectory, count, options)]


def test_prefixes_have_four_six_and_eight_messages_and_know_the_best_program_in_them() -> None:
    partials = list(cut_trajectory(trajectory_of(0.5, 0.25, 1.0, index=7), count, OPTIONS))
    assert [len(partial.messages) for partial in partials] == [4, 6, 8]
    assert [partial.prev_best for partial in partials] == [0.5, 0.5, 1]
    assert [partial.id for partial in partials] == ["p/7/1", "p/7/2", "p/7/3"]
    assert all(partial.messages[-1].content == "feedback" for partial in partials)


def test_there_are_no_more_prefixes_than_programs_or_than_are_asked_for() -> None:
    assert cut(trajectory_of(0.5)) == [(1, 0.5)]
    assert cut(trajectory_of(0.5, 0.6, 0.7, 0.8)) == [(1, 0.5), (2, 0.6), (3, 0.7)]


def test_a_stop_where_two_feedbacks_in_a_row_say_that_all_public_tests_pass() -> None:
    assert cut(trajectory_of(0.5, 0.6, 0.7, shown=[True, False, True])) == [(1, 0.5), (2, 0.6), (3, 0.7)]
    assert cut(trajectory_of(0.5, 0.6, 0.7, shown=[True, True, False])) == [(1, 0.5)]
    assert cut(trajectory_of(0.5, 0.6, 0.7, shown=[False, True, True])) == [(1, 0.5), (2, 0.6)]


@pytest.mark.parametrize(("limit", "kept"), [(3999, []), (4000, [1]), (5999, [1]), (8000, [1, 2, 3])])
def test_a_stop_where_the_prompt_is_too_long(limit: int, kept: list[int]) -> None:
    options = CutOptions(prompt_tokens=limit)
    assert [programs for programs, _ in cut(trajectory_of(0.5, 0.6, 0.7), options)] == kept


def test_a_stop_at_once_where_the_first_and_the_third_program_are_right() -> None:
    assert cut(trajectory_of(1.0, 0.5, 1.0)) == []
    assert cut(trajectory_of(1.0, 0.5, 0.9)) == [(1, 1), (2, 1), (3, 1)]
    assert cut(trajectory_of(0.9, 1.0, 1.0)) == [(1, 0.9), (2, 1), (3, 1)]
    assert cut(trajectory_of(1.0, 0.5)) == [(1, 1), (2, 1)]


@given(st.lists(st.integers(0, 20), min_size=1, max_size=5), st.integers(1, 12_000))
def test_prev_best_never_falls_and_prompts_are_never_too_long(passed, limit) -> None:
    trajectory = trajectory_of(*[number / 20 for number in passed])
    partials = list(cut_trajectory(trajectory, count, CutOptions(prompt_tokens=limit)))
    best = [partial.prev_best for partial in partials]
    assert best == sorted(best)
    assert all(count(partial.messages) <= limit for partial in partials)
    assert [partial.programs for partial in partials] == list(range(1, len(partials) + 1))


def test_a_problem_gives_itself_and_its_prefixes_and_a_mastered_one_nothing() -> None:
    hard = [trajectory_of(0.5, 1.0, 0.5, prompt_id="hard"), trajectory_of(0.0, 0.0, prompt_id="hard", index=1)]
    mastered = [trajectory_of(1.0, 0.5, 1.0, prompt_id="mastered")]
    hopeless = [trajectory_of(0.0, 0.0, prompt_id="hopeless")]
    partials = cut_trajectories(hard + mastered + hopeless, count, OPTIONS)
    assert sorted(partial.id for partial in partials) == ["hard", "hard/0/1", "hard/0/2", "hard/0/3", "hopeless"]
    alone = next(partial for partial in partials if partial.id == "hard")
    assert (len(alone.messages), alone.prev_best, alone.programs) == (2, 0, 0)


def test_held_out_problems_keep_their_smallest_change() -> None:
    these = [
        trajectory_of(0.0, 1.0, split=Split.HELD_OUT),
        trajectory_of(0.5, 0.6, index=1, split=Split.HELD_OUT),
    ]
    partials = cut_trajectories(these, count, OPTIONS)
    assert sorted(partial.id for partial in partials) == ["p", "p/1/1", "p/1/2"]


def test_trajectories_under_perturbed_tests_are_selected_apart() -> None:
    plain = [trajectory_of(0.5, 1.0, index=index) for index in range(6)]
    perturbed = [trajectory_of(0.2, 1.0, index=index, perturbed=(0,)) for index in range(6)]
    counts = Counter(partial.perturbed for partial in cut_trajectories(plain + perturbed, count, OPTIONS))
    assert counts == {False: 1 + 4 * 2, True: 4 * 2}


def test_the_order_depends_on_the_seed_alone() -> None:
    these = [trajectory_of(0.5, 1.0, prompt_id=str(number)) for number in range(9)]
    first, again, other = (cut_trajectories(these, count, CutOptions(seed=seed)) for seed in (42, 42, 43))
    assert first == again != other
    assert sorted(partial.id for partial in first) == sorted(partial.id for partial in other)
