"""PAC: tasks by progress times advantage, believed as Gaussians and chosen prompt by prompt."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from astor.coordination.observation import RoundObservation
from astor.coordination.potential import slope
from astor.coordination.quotas import Counts, Floats
from astor.coordination.scheduler import SchedulerOptions, TaskInfo
from astor.coordination.state import generator
from astor.coordination.weighted import WeightedScheduler, mean_advantage, mean_score, per_task

DRAWS = 4096
"""Draws that a share, the chance of being chosen, is estimated by."""


class PacOptions(SchedulerOptions):
    """Progress-advantage curriculum; what is marked as ours is not in the paper."""

    type: Literal["pac"] = "pac"
    window: int = Field(default=16, ge=2)
    """Rounds that advantage and progress look back on; the paper found 16 better than 4, 32 and 64."""
    drift: float = Field(default=0.02, ge=0)
    """Added to every belief's variance each round: what is known of a task grows old."""
    warm_up_rounds: int = Field(default=50, ge=0)
    """Rounds of equal shares at the start; 50 of 500 in the paper."""
    noise: float = Field(default=1.0, gt=0)
    """Variance of what a round of an equal share shows of a task (our choice)."""


class PacScheduler(WeightedScheduler):
    """Each prompt of a batch goes to the task whose draw from N(mu_k, s_k^2) is largest (Thompson sampling).

    u_k = (1 + prog_k) adv_k; adv_k: mean |A| of the rounds in the window; prog_k: least-squares slope of the task's
    mean score over the window, over the sum over tasks of |slope|, 0 where all are flat. A round updates the belief by
    precision: with weight w = n_k / (B / K), 1/s^2 grows by w / noise, and mu moves to the precision-weighted mean with
    u_k; before, s^2 grows by `drift`. Beliefs begin as N(1, 1), above what most tasks show, so that each is tried (our
    choice). A task's share is its chance to be chosen, estimated from 4096 draws; the paper has mean rewards for
    progress, here mean scores, which format does not move.
    """

    options_type = PacOptions

    def __init__(self, options: PacOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        self.options = options
        self.means: Floats = np.ones(len(tasks))
        self.variances: Floats = np.ones(len(tasks))
        self.advantages: list[list[float]] = [[] for _ in tasks]
        self.scores: list[list[float]] = [[] for _ in tasks]

    def weights(self, round: int) -> Floats:
        if round < self.options.warm_up_rounds:
            return np.full(len(self.keys), 1 / len(self.keys))
        return self._choose(DRAWS, generator(self.seed, round, "shares")) / DRAWS

    def quotas(self, round: int, weights: Floats, batch_size: int) -> Counts:
        if round < self.options.warm_up_rounds:
            return super().quotas(round, weights, batch_size)
        wanted = self._choose(batch_size, generator(self.seed, round, "quotas"))
        if all(count <= len(task.prompts) for count, task in zip(wanted.tolist(), self.tasks, strict=True)):
            return wanted
        return super().quotas(round, wanted / batch_size, batch_size)

    def _choose(self, count: int, random: np.random.Generator) -> Counts:
        """How often each task's draw is the largest of `count` times one draw per task."""
        drawn = random.normal(self.means, np.sqrt(self.variances), (count, len(self.keys)))
        return np.bincount(drawn.argmax(axis=1), minlength=len(self.keys)).astype(np.int64)

    def utilities(self) -> Floats:
        """u_k; NaN of a task that was never seen."""
        slopes = np.array([slope(scores) for scores in self.scores])
        total = np.abs(slopes).sum()
        progress = slopes / total if total > 0 else np.zeros_like(slopes)
        advantages = np.array([np.mean(values) if values else np.nan for values in self.advantages])
        utilities: Floats = (1 + progress) * advantages
        return utilities

    def learn(self, observation: RoundObservation) -> None:
        shown = zip(
            per_task(observation, self.keys, mean_advantage), per_task(observation, self.keys, mean_score), strict=True
        )
        window = self.options.window
        for index, (advantage, score) in enumerate(shown):
            if not np.isnan(advantage):
                self.advantages[index] = [*self.advantages[index], float(advantage)][-window:]
                self.scores[index] = [*self.scores[index], float(score)][-window:]
        counts = np.nan_to_num(per_task(observation, self.keys, lambda seen: len(seen.prompts)))
        precision = len(counts) * counts / max(counts.sum(), 1) / self.options.noise
        before = 1 / (self.variances + self.options.drift)
        self.variances = 1 / (before + precision)
        self.means = self.variances * (before * self.means + precision * np.nan_to_num(self.utilities()))

    def memory(self) -> dict[str, Any]:
        return {
            "means": self.means.tolist(),
            "variances": self.variances.tolist(),
            "advantages": [list(values) for values in self.advantages],
            "scores": [list(values) for values in self.scores],
        }

    def remember(self, memory: dict[str, Any]) -> None:
        self.means, self.variances = np.array(memory["means"]), np.array(memory["variances"])
        self.advantages = [list(values) for values in memory["advantages"]]
        self.scores = [list(values) for values in memory["scores"]]
