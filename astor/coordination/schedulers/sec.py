"""SEC: a bandit over tasks, rewarded by the absolute advantages of their rollouts (2505.14970)."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from astor.coordination.observation import RoundObservation
from astor.coordination.quotas import Floats, softmax
from astor.coordination.scheduler import SchedulerOptions, TaskInfo
from astor.coordination.weighted import WeightedScheduler, mean_advantage, per_task


class SecOptions(SchedulerOptions):
    """Self-evolving curriculum; values as in the scripts of MT-GRPO, which has it as a baseline."""

    type: Literal["sec"] = "sec"
    rate: float = Field(default=0.5, gt=0, le=1)
    """a in Q_k <- (1 - a) Q_k + a mean|A|."""
    temperature: float = Field(default=0.2, gt=0)
    """Of the softmax over Q, which is the shares."""


class SecScheduler(WeightedScheduler):
    """q = softmax(Q / T), Q_k <- (1 - a) Q_k + a mean|A| over all rollouts of the task, Q = 0 at first.

    The advantages are the recipe's loss's. A task that a round has no prompt of keeps its Q; the code of MT-GRPO shows
    it a 0 instead, which we take for a slip.
    """

    options_type = SecOptions

    def __init__(self, options: SecOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        self.rate, self.temperature = options.rate, options.temperature
        self.values: Floats = np.zeros(len(tasks))
        """Q."""

    def weights(self, round: int) -> Floats:
        return softmax(self.values, self.temperature)

    def learn(self, observation: RoundObservation) -> None:
        shown = per_task(observation, self.keys, mean_advantage)
        self.values = np.where(np.isnan(shown), self.values, (1 - self.rate) * self.values + self.rate * shown)

    def memory(self) -> dict[str, Any]:
        return {"values": self.values.tolist()}

    def remember(self, memory: dict[str, Any]) -> None:
        self.values = np.array(memory["values"], np.float64)
