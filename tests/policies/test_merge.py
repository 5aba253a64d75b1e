"""Merging, checked against what hands compute."""

import torch

from astor.policies.merge import average, ties

BASE = {"a": torch.tensor([1.0, 1.0, 1.0, 1.0]), "b": torch.tensor([0.0])}
FIRST = {"a": torch.tensor([3.0, 1.0, 0.0, 1.1]), "b": torch.tensor([4.0])}
"""Changes of 2, 0, -1, .1 and 4."""
SECOND = {"a": torch.tensor([5.0, 2.0, 4.0, 1.2]), "b": torch.tensor([-1.0])}
"""Changes of 4, 1, 3, .2 and -1."""


def as_lists(weights: dict[str, torch.Tensor]) -> dict[str, list[float]]:
    return {name: [round(value, 5) for value in values.tolist()] for name, values in weights.items()}


def test_the_average_is_the_mean_of_the_weights() -> None:
    assert as_lists(average(BASE, [FIRST, SECOND])) == {"a": [4.0, 1.5, 2.0, 1.15], "b": [1.5]}


def test_ties_trims_over_all_parameters_elects_signs_and_averages_what_agrees() -> None:
    # Of five changes each three stay: 2, -1 and 4; of the second 4, 3 and, as large as each other, 1 and -1.
    merged = as_lists(ties(BASE, [FIRST, SECOND], density=0.6))
    # 2 and 4 agree: 3. Only the second has a 1. -1 and 3 sum to +2: 3 alone. Nothing is left of the last. 4 beats -1.
    assert merged == {"a": [4.0, 2.0, 4.0, 1.0], "b": [4.0]}


def test_ties_adds_the_merged_change_as_often_as_it_is_told() -> None:
    assert as_lists(ties(BASE, [FIRST, SECOND], density=0.6, scale=0.5)) == {"a": [2.5, 1.5, 2.5, 1.0], "b": [2.0]}


def test_opposite_changes_of_one_size_cancel() -> None:
    up, down = {"a": torch.tensor([1.0])}, {"a": torch.tensor([-1.0])}
    assert as_lists(ties({"a": torch.tensor([0.0])}, [up, down], density=1.0)) == {"a": [0.0]}


def test_one_parent_that_keeps_everything_is_itself() -> None:
    assert as_lists(ties(BASE, [FIRST], density=1.0)) == as_lists(FIRST)


def test_ties_of_one_parameter_is_what_mergekit_makes() -> None:
    """mergekit 0.1.5, whose trimming is within each parameter: `sparsify` by magnitude, `get_mask` by sums."""
    base = torch.tensor([0.5, -1.0, 0.25, 2.0, 0.0, 1.5, -0.75, 1.0])
    changes = (
        [0.9, -0.2, 0.4, -0.7, 0.1, 0.3, -0.6, 0.05],
        [-0.3, 0.8, 0.5, 0.2, -0.9, 0.1, -0.4, 0.6],
        [0.2, -0.6, -1.0, 0.3, -0.5, 0.7, 0.15, -0.45],
    )
    parents = [{"w": base + torch.tensor(change)} for change in changes]
    assert as_lists(ties({"w": base}, parents, density=0.5)) == {"w": [1.4, -0.2, -0.75, 1.3, -0.7, 2.2, -1.35, 1.6]}
    assert as_lists(ties({"w": base}, parents, density=0.25, scale=0.5)) == {
        "w": [0.95, -0.6, -0.25, 1.65, -0.45, 1.85, -0.75, 1.0]
    }
