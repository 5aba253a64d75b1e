"""Weights that a person has chosen."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from astor.coordination.quotas import Floats
from astor.coordination.scheduler import SchedulerOptions, TaskInfo
from astor.coordination.weighted import WeightedScheduler
from astor.errors import UserError


class FixedOptions(SchedulerOptions):
    """A mixture that stays as it is."""

    type: Literal["fixed"] = "fixed"
    weights: dict[str, float] = Field(min_length=1)
    """Task → weight, of every task; a share is a weight over the sum of all. A task of weight 0 is evaluated alone, and
    KL coefficients are larger by as much as fewer are trained, as with `uniform`."""


class FixedScheduler(WeightedScheduler):
    """q_k = w_k / sum of w_j."""

    options_type = FixedOptions

    def __init__(self, options: FixedOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        self.require_tasks("weights", list(options.weights))
        if missing := [key for key in self.keys if key not in options.weights]:
            raise UserError(f"scheduler.weights lacks {', '.join(missing)}: give each task a weight, 0 for none.")
        weights = np.array([options.weights[key] for key in self.keys])
        if not np.isfinite(weights).all() or weights.min() < 0 or weights.sum() == 0:
            raise UserError(
                f"scheduler.weights are {dict(options.weights)}: make each of them at least 0, and one of them more."
            )
        self.shares: Floats = weights / weights.sum()
        self.hold_alone(int((weights > 0).sum()))

    def weights(self, round: int) -> Floats:
        return self.shares
