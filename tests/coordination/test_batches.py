"""How quotas become batches: the laws of dynamic and ratio-preserving sampling, with tasks of a known acceptance."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astor.coordination.batches.acceptance import Acceptance
from astor.coordination.batches.batches import Batches
from astor.coordination.batches.catalogue import make_batches
from astor.coordination.batches.options import BatchesOptions
from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation

TASKS = ("a", "b", "c")


def observed(scores: dict[str, list[Sequence[float]]]) -> RoundObservation:
    """Groups of these scores."""
    tasks = {
        task: TaskObservation(
            tuple(
                PromptObservation(f"{task}{i}", tuple(group), tuple(group), (), max(group) - min(group) > 1e-6)
                for i, group in enumerate(groups)
            )
        )
        for task, groups in scores.items()
        if groups
    }
    return RoundObservation(0, tasks)


def play(
    batches: Batches,
    shares: Sequence[float],
    size: int,
    accepted: Sequence[float],
    prompts: int = 10_000,
    seed: int = 0,
) -> tuple[RoundObservation, int]:
    """A round in which this share of each task's groups is accepted: all that was drawn, and how often."""
    random = np.random.default_rng(seed)
    capacities = np.full(3, prompts)
    quotas = np.array([size - 2 * (size // 3), size // 3, size // 3])
    counts, draws = batches.begin(np.array(shares), quotas, capacities, random), 0
    drawn: dict[str, list[Sequence[float]]] = {task: [] for task in TASKS}
    while counts is not None:
        for task, count, chance in zip(TASKS, counts.tolist(), accepted, strict=True):
            drawn[task] += [(0.0, 1.0) if lucky else (0.0, 0.0) for lucky in random.random(count) < chance]
        draws += 1
        counts = batches.further(observed(drawn), draws, capacities, random)
    return observed(drawn), draws


def composition(accepted: set[str]) -> list[int]:
    return [sum(prompt.startswith(task) for prompt in accepted) for task in TASKS]


@given(
    size=st.integers(3, 40),
    cuts=st.tuples(st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0.05, 1)),
    accepted=st.tuples(st.floats(0.1, 1), st.floats(0.1, 1), st.floats(0.1, 1)),
    seed=st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_with_enough_draws_each_task_has_exactly_its_target(
    size: int, cuts: tuple[float, ...], accepted: tuple[float, ...], seed: int
) -> None:
    batches = make_batches(BatchesOptions(by="ratio_preserving", draws=100, inflation=5.0), TASKS)
    observation, _ = play(batches, np.array(cuts) / sum(cuts), size, accepted, seed=seed)
    assert composition(batches.accept(observation, np.random.default_rng(seed))) == batches.targets.tolist()
    assert batches.targets.sum() == size


@pytest.mark.parametrize("by", ["dynamic", "ratio_preserving"])
@given(draws=st.integers(1, 4), accepted=st.tuples(*[st.floats(0, 1)] * 3), seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_a_batch_is_never_too_large_and_is_short_only_after_the_last_draw(
    by: str, draws: int, accepted: tuple[float, ...], seed: int
) -> None:
    batches = make_batches(BatchesOptions.model_validate({"by": by, "draws": draws}), TASKS)
    observation, taken = play(batches, [0.5, 0.3, 0.2], 24, accepted, seed=seed)
    kept = batches.accept(observation, np.random.default_rng(seed))
    informative = sum(seen.informative for seen in observation.tasks.values())
    assert len(kept) == min(24, informative)
    assert taken <= draws
    assert len(kept) == 24 or taken == draws


def test_only_tasks_that_are_short_are_drawn_again() -> None:
    batches = make_batches(BatchesOptions(by="ratio_preserving", draws=5), TASKS)
    random, capacities = np.random.default_rng(0), np.full(3, 1000)
    batches.begin(np.full(3, 1 / 3), np.array([4, 4, 4]), capacities, random)
    short: dict[str, list[Sequence[float]]] = {"a": [(0.0, 1.0)] * 12, "b": [(0.0, 0.0)] * 12, "c": [(0.0, 1.0)] * 12}
    counts = batches.further(observed(short), 1, capacities, random)
    assert counts is not None
    assert counts.tolist() == [0, 36, 0]


def test_a_batch_short_of_one_task_is_filled_up_from_the_others() -> None:
    batches = make_batches(BatchesOptions(by="ratio_preserving", draws=2), TASKS)
    observation, taken = play(batches, [0.4, 0.3, 0.3], 30, [0.0, 1.0, 1.0])
    kept = composition(batches.accept(observation, np.random.default_rng(0)))
    assert taken == 2
    assert kept[0] == 0
    assert sum(kept) == 30
    assert kept[1] >= batches.targets[1]
    assert kept[2] >= batches.targets[2]


def test_dynamic_sampling_fills_the_batch_with_whatever_passes() -> None:
    batches = make_batches(BatchesOptions(by="dynamic"), TASKS)
    observation, taken = play(batches, [1 / 3] * 3, 30, [0.0, 1.0, 0.5])
    kept = composition(batches.accept(observation, np.random.default_rng(0)))
    assert (taken, sum(kept), kept[0]) == (1, 30, 0)
    assert kept[1] > kept[2]


def test_nothing_is_drawn_where_every_prompt_was() -> None:
    for by in ("dynamic", "ratio_preserving"):
        batches = make_batches(BatchesOptions.model_validate({"by": by}), TASKS)
        observation, taken = play(batches, [1 / 3] * 3, 30, [0.0] * 3, prompts=40)
        assert sum(len(seen.prompts) for seen in observation.tasks.values()) <= 120
        assert taken <= 4


def test_inflation_makes_accepted_groups_match_the_shares() -> None:
    """Where rho is exact and the cap doesn't bind."""
    for options in (BatchesOptions(inflation=20.0), BatchesOptions(by="ratio_preserving", inflation=20.0, draws=1)):
        batches, shares, accepted = make_batches(options, TASKS), np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.5, 1.0])
        batches.acceptance.discarded = 1 - accepted
        counts = batches.begin(shares, np.array([3000, 1800, 1200]), np.full(3, 10**6), np.random.default_rng(0))
        assert counts * accepted / (counts @ accepted) == pytest.approx(shares, abs=0.02)


@given(shares=st.tuples(*[st.floats(0.01, 1)] * 3), rho=st.floats(0.8, 0.999))
def test_inflation_leaves_shares_as_they_are_without_discards_and_is_capped(
    shares: tuple[float, ...], rho: float
) -> None:
    acceptance = Acceptance(BatchesOptions(inflation=5.0), TASKS)
    assert acceptance.inflated(np.array(shares)) == pytest.approx(np.array(shares) / sum(shares))
    acceptance.discarded[:] = [rho, 0.5, 0.0]
    assert acceptance.inflation() == pytest.approx([5, 2, 1])


def test_what_a_filter_discards_is_remembered_once() -> None:
    acceptance = Acceptance(BatchesOptions(), TASKS)
    first = observed({"a": [(0, 1)] * 3 + [(0, 0)], "b": [(1, 1)] * 2})
    for _ in range(2):
        acceptance.observe(first)
    assert acceptance.discarded == pytest.approx([0.025, 0.1, 0.0])
    acceptance.observe(observed({"a": [(0, 1)] * 3 + [(0, 0)] * 5, "b": [(1, 1)] * 2}))
    assert acceptance.discarded == pytest.approx([0.9 * 0.025 + 0.1, 0.1, 0.0])


def test_groups_of_equal_scores_are_discarded_whatever_they_are_and_strictly_those_without_a_right_answer() -> None:
    groups = {"a": [(0.1, 0.1), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]}
    for name, passed in (("lenient", {"a1", "a2"}), ("strict", {"a2"})):
        batches = make_batches(BatchesOptions.model_validate({"filter": name}), TASKS)
        assert batches.accept(observed(groups), np.random.default_rng(0)) == passed
