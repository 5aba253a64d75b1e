"""Learnability: tasks by p(1 - p), what right and wrong answers to one prompt can teach."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from astor.coordination.observation import RoundObservation, TaskObservation
from astor.coordination.quotas import Floats, check_floor
from astor.coordination.scheduler import SchedulerOptions, TaskInfo
from astor.coordination.weighted import WeightedScheduler, per_task


class LearnabilityOptions(SchedulerOptions):
    """LearnAlign's V = p(1 - p) (2506.11480) and VCRL's reward variance, of tasks instead of prompts; without
    LearnAlign's gradients. The running mean and the floor are our choice."""

    type: Literal["learnability"] = "learnability"
    smoothing: float = Field(default=0.88, ge=0, lt=1)
    """Weight of the past in a task's running mean, which starts at its first round."""
    floor: float = Field(default=0.05, ge=0, lt=1)
    """Least share of a task: one that never gets a prompt never shows that it can be learnt by now."""


class LearnabilityScheduler(WeightedScheduler):
    """q_k = (1 - K floor) V_k / sum of V_j + floor; V_k is the running mean of the mean over the task's groups of the
    population variance of the scores, p(1 - p) where they are 0 or 1. Equal where no group has any variance."""

    options_type = LearnabilityOptions

    def __init__(self, options: LearnabilityOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        check_floor(options.floor, len(tasks))
        self.smoothing, self.floor = options.smoothing, options.floor
        self.values: Floats = np.full(len(tasks), np.nan)
        """V; NaN where nothing was seen."""

    def weights(self, round: int) -> Floats:
        known = self.values[~np.isnan(self.values)]
        values = np.where(np.isnan(self.values), known.mean() if known.size else 1.0, self.values)
        total, count = values.sum(), len(values)
        shares = values / total if total > 0 else np.full(count, 1 / count)
        weights: Floats = (1 - count * self.floor) * shares + self.floor
        return weights

    def learn(self, observation: RoundObservation) -> None:
        shown = per_task(observation, self.keys, variance)
        before = np.where(np.isnan(self.values), shown, self.values)
        self.values = np.where(np.isnan(shown), before, self.smoothing * before + (1 - self.smoothing) * shown)

    def memory(self) -> dict[str, Any]:
        return {"values": [None if np.isnan(value) else value for value in self.values.tolist()]}

    def remember(self, memory: dict[str, Any]) -> None:
        self.values = np.array([np.nan if value is None else value for value in memory["values"]], np.float64)


def variance(seen: TaskObservation) -> float:
    """Mean over groups of the population variance of the scores, in [0, 1/4]."""
    return float(np.mean(seen.deviations**2))
