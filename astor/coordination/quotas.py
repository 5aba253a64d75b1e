"""Quotas: utilities become shares of the batch, and shares become numbers of prompts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from astor.errors import UserError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def softmax(values: Floats, temperature: float) -> Floats:
    """Softmax of `values / temperature`, which sums to 1."""
    powers: Floats = np.exp((values - values.max()) / temperature)
    shares: Floats = powers / powers.sum()
    return shares


def floored_shares(utilities: Floats, temperature: float, floor: float) -> Floats:
    """Shares of K tasks: (1 - K * floor) * softmax(utilities / temperature) + floor.

    ASTOR-style: the paper has a temperature-scaled softmax; the floor is our choice, for a task that gets no prompts
    shows no utility either and could never come back.
    """
    return (1 - len(utilities) * floor) * softmax(utilities, temperature) + floor


def check_floor(floor: float, tasks: int) -> None:
    """UserError where the floors alone are more than the whole batch."""
    if floor * tasks > 1:
        raise UserError(
            f"scheduler.floor is {floor} for {tasks} tasks, together more than the whole batch: "
            f"make it at most {1 / tasks:.3f}."
        )


def apportion(weights: Floats, total: int, capacities: Sequence[int], ties: np.random.Generator) -> Counts:
    """Whole numbers that sum to `total`, in proportion to `weights`, none above its capacity.

    Largest remainder (Hamilton): within 1 of proportion where no capacity binds. Equal remainders go by an order that
    `ties` draws. What a capacity cuts off goes to the other tasks in proportion. Weights count to 12 decimals;
    those that are all 0 count as equal. UserError where the capacities hold fewer than `total`.
    """
    capacity = np.asarray(capacities, dtype=np.int64)
    if capacity.sum() < total:
        raise UserError(
            f"A batch has {total} prompts, but the tasks can give {capacity.sum()} different ones at a time: lower "
            f"batch.prompts, raise data.prompts.train, or give the tasks more items."
        )
    weights = np.round(weights, 12)
    order = ties.permutation(len(weights))
    counts = np.zeros(len(weights), dtype=np.int64)
    open_ = np.ones(len(weights), dtype=bool)
    while True:
        left = total - counts.sum()
        shares = np.where(open_, weights, 0.0)
        if not shares.any():
            shares = open_.astype(np.float64)
        ideal = left * shares / max(shares.sum(), 1e-12)
        full = open_ & (ideal > capacity)
        if not full.any():
            break
        counts[full], open_[full] = capacity[full], False
    ideal = np.round(ideal, 9)
    counts += np.floor(ideal).astype(np.int64)
    remainders = np.where(open_, ideal - np.floor(ideal), -1.0)
    for index in sorted(order, key=lambda task: -remainders[task])[: int(total - counts.sum())]:
        counts[index] += 1
    assert counts.sum() == total, (weights, total, capacity)
    return counts


def owed(targets: Counts, informative: Counts) -> Counts:
    """Informative groups by which tasks fell short of their targets in one round.

    Our choice, after MT-GRPO's ratio-preserving sampler (arXiv 2602.05547), which samples again at once: a step of its
    own on a cluster can't, so what is owed is added to the next round's quota, within the batch. Only one round's
    shortfall is carried, never a sum of several: a task's weight at most doubles, and a hopeless task can't take the
    whole batch.
    """
    shortfall: Counts = np.maximum(targets - informative, 0)
    return shortfall
