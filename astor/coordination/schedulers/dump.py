"""DUMP: tasks by an upper confidence bound of their absolute advantages (2504.09710)."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from astor.coordination.observation import RoundObservation
from astor.coordination.quotas import Floats, softmax
from astor.coordination.scheduler import SchedulerOptions, TaskInfo
from astor.coordination.weighted import WeightedScheduler


class DumpOptions(SchedulerOptions):
    """Distribution-level curriculum. Its constants are not in what we could read: the values are our choice."""

    type: Literal["dump"] = "dump"
    window: int = Field(default=300, ge=1)
    """Prompts of a task, the last ones, whose rollouts' |A| is averaged."""
    temperature: float = Field(default=0.1, gt=0)
    """tau of the softmax over scores, which is the shares."""


class DumpScheduler(WeightedScheduler):
    """q = softmax(score / tau), score_k = mean|A| over the window + sqrt(2 ln(N + 1) / (N_k + 1)).

    N_k counts the task's prompts so far, N those of all. The advantages are the recipe's loss's.
    """

    options_type = DumpOptions

    def __init__(self, options: DumpOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        self.window, self.temperature = options.window, options.temperature
        self.last: list[list[float]] = [[] for _ in tasks]
        """Mean |A| of each of the last prompts."""
        self.counts: Floats = np.zeros(len(tasks))

    def scores(self) -> Floats:
        """What is known of each task, and a bonus for what is not."""
        known = np.array([np.mean(values) if values else 0.0 for values in self.last])
        bonus: Floats = np.sqrt(2 * np.log(self.counts.sum() + 1) / (self.counts + 1))
        return known + bonus

    def weights(self, round: int) -> Floats:
        return softmax(self.scores(), self.temperature)

    def learn(self, observation: RoundObservation) -> None:
        for index, key in enumerate(self.keys):
            if seen := observation.tasks.get(key):
                shown = [float(np.mean(np.abs(prompt.advantages))) for prompt in seen.prompts]
                self.last[index] = [*self.last[index], *shown][-self.window :]
                self.counts[index] += len(shown)

    def memory(self) -> dict[str, Any]:
        return {"last": [list(values) for values in self.last], "counts": self.counts.tolist()}

    def remember(self, memory: dict[str, Any]) -> None:
        self.last, self.counts = [list(values) for values in memory["last"]], np.array(memory["counts"], np.float64)
