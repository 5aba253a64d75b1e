"""Joint learning: every task the same share, every prompt the same chance, every KL coefficient as it is."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from astor.coordination.quotas import Floats
from astor.coordination.scheduler import SchedulerOptions, TaskInfo
from astor.coordination.weighted import WeightedScheduler


class UniformOptions(SchedulerOptions):
    """The baseline that ASTOR calls joint learning; it has nothing to choose."""

    type: Literal["uniform"] = "uniform"
    tasks: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Keys of the tasks that are trained, the others being evaluated alone: one makes a specialist. None trains all.
    The update shares the KL term among all tasks, so KL coefficients are larger by as much as fewer are trained: each
    task is held as tightly as if the recipe had no others."""


class UniformScheduler(WeightedScheduler):
    """Uniform over tasks and prompts."""

    options_type = UniformOptions

    def __init__(self, options: UniformOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        trained = self.keys if options.tasks is None else list(dict.fromkeys(options.tasks))
        self.require_tasks("tasks", trained)
        self.shares = np.array([(key in trained) / len(trained) for key in self.keys])
        self.hold_alone(len(trained))

    def weights(self, round: int) -> Floats:
        return self.shares
