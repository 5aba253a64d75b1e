"""Tasks by how many training prompts they have, as when all data is shuffled together."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from astor.coordination.quotas import Floats
from astor.coordination.scheduler import SchedulerOptions, TaskInfo
from astor.coordination.weighted import WeightedScheduler


class SizeProportionalOptions(SchedulerOptions):
    """What a run without any scheduler does, and its square root, which is common in multi-task training."""

    type: Literal["size_proportional"] = "size_proportional"
    exponent: float = Field(default=1.0, ge=0, le=1)
    """a in q_k = n_k^a / sum of n_j^a, n_k being the task's training prompts: 1 is proportional, 0.5 takes the square
    root, 0 is uniform."""


class SizeProportionalScheduler(WeightedScheduler):
    """q_k = n_k^a / sum of n_j^a."""

    options_type = SizeProportionalOptions

    def __init__(self, options: SizeProportionalOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        powers = np.array([len(task.prompts) for task in tasks], np.float64) ** options.exponent
        self.shares: Floats = powers / powers.sum()

    def weights(self, round: int) -> Floats:
        return self.shares
