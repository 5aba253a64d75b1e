"""First-order utility: what a token spent on a task adds to the mean score of all, as far as gradients tell."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astor.coordination.observation import RoundObservation, TaskObservation
from astor.coordination.potential import share_of_largest
from astor.coordination.running import from_optional, optional, smoothed
from astor.coordination.sketches import RunningSketches
from astor.coordination.state import require_keys

Floats = NDArray[np.float64]


class FirstOrder:
    """Running means of what a task's gradients are worth in score, and of what they cost.

    sigma: mean standard deviation of the score over the task's informative groups, since advantages are divided by it;
    L: mean tokens of their answers, since the gradient of a mean score is a sum over tokens and the sketch's a mean;
    c: tokens generated per prompt. All three start at their first observation and rest while there is none.
    """

    def __init__(self, smoothing: float, tasks: Sequence[str]) -> None:
        self.smoothing, self.tasks = smoothing, tuple(tasks)
        self.deviation, self.length, self.cost = (np.full(len(self.tasks), np.nan) for _ in range(3))

    def observe(self, observation: RoundObservation) -> None:
        """Take in one round."""
        for index, task in enumerate(self.tasks):
            if seen := observation.tasks.get(task):
                self._observe(index, seen)

    def _observe(self, index: int, seen: TaskObservation) -> None:
        cost = float(np.mean([prompt.tokens for prompt in seen.prompts]))
        self.cost[index] = smoothed(self.cost[index], cost, self.smoothing)
        groups = [
            (deviation, prompt.tokens, len(prompt.scores))
            for deviation, prompt in zip(seen.deviations, seen.prompts, strict=True)
            if prompt.informative
        ]
        if groups:
            deviations, tokens, answers = zip(*groups, strict=True)
            self.deviation[index] = smoothed(self.deviation[index], float(np.mean(deviations)), self.smoothing)
            self.length[index] = smoothed(self.length[index], sum(tokens) / sum(answers), self.smoothing)

    def gains(self, sketches: RunningSketches) -> Floats:
        """U_k = (1 / c_k) (1 / K) sum_j sigma_j L_j <d_k, d_j>, in score per token up to one factor for all.

        d_k is the task's running sketch, 0 where it has none. <d_k, d_k> is four times the product of the two halves,
        which are half of d_k each: the square of their sum would be unbiased no more, and noise would pass for
        potential.
        """
        size = next((half.shape[1] for half in sketches.halves.values()), 1)
        zeros = np.zeros((2, size), np.float32)
        halves = np.array([sketches.halves.get(task, zeros) for task in self.tasks], dtype=np.float64)
        gradients = halves.sum(axis=1)
        products = gradients @ gradients.T
        np.fill_diagonal(products, 4 * np.einsum("km,km->k", halves[:, 0], halves[:, 1]))
        worth = np.nan_to_num(self.deviation * self.length)
        gains: Floats = products @ worth / (len(self.tasks) * np.maximum(np.nan_to_num(self.cost), 1))
        return gains

    def utilities(self, sketches: RunningSketches) -> Floats:
        """max(U_k, 0) over the largest; 1 for all where none is above 0."""
        return share_of_largest(np.maximum(self.gains(sketches), 0))

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {"deviation": optional(self.deviation), "length": optional(self.length), "cost": optional(self.cost)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("deviation", "length", "cost"), "the first-order utility")
        self.deviation, self.length = from_optional(state["deviation"]), from_optional(state["length"])
        self.cost = from_optional(state["cost"])
