"""KL coefficients before calibration: the recipe's, and what steers all of them together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from astor.coordination.state import require_keys
from astor.errors import UserError
from astor.records import UpdateReport

if TYPE_CHECKING:
    from astor.coordination.scheduler import RoundPlan, SchedulerOptions, TaskInfo

LARGEST_ERROR = 0.2
"""Relative error of the measured KL beyond which a larger one changes nothing (Ziegler and others 2019)."""
GAIN = 0.1
"""Change of the factor for a relative error of 1 (Ziegler and others 2019, K_beta)."""


def kl_bases(options: "SchedulerOptions", tasks: Sequence["TaskInfo"]) -> dict[str, float]:
    """Task → its coefficient as the recipe has it; UserError where the recipe names no task, or one below 0 or NaN."""
    keys = {task.key for task in tasks}
    for key, coefficient in options.kl_coefficients.items():
        if key not in keys or not coefficient >= 0:
            raise UserError(
                f"scheduler.kl_coefficients has {key}: {coefficient}, which is no task of the recipe or not 0 or more."
            )
    return {
        task.key: options.kl_coefficients.get(task.key, options.kl_coefficient)
        if task.kl_base is None
        else task.kl_base
        for task in tasks
    }


def measured_kl(report: UpdateReport | None, task: str) -> float:
    """The KL to the reference that an update measured of a task, in nats per token; NaN where it kept no row of it."""
    told = report.tasks.get(task) if report else None
    return told.kl if told and told.tokens else np.nan


class AdaptiveKL:
    """The factor of all tasks' coefficients by the adaptive KL controller of Ziegler and others 2019 (1909.08593,
    section 2.2), one step a round:

    factor *= 1 + 0.1 clip((KL - target) / target, -0.2, 0.2)

    KL is the mean over the tasks that were measured, each counting the same, in nats per token (our choice; theirs is
    that of a whole answer). Without a target it stays 1.
    """

    def __init__(self, target: float | None) -> None:
        self.target, self.factor = target, 1.0

    def steer(self, plan: "RoundPlan") -> "RoundPlan":
        """The plan with the factor in its coefficients, and in their multipliers."""
        return replace(
            plan,
            kl_coefficients={key: self.factor * coefficient for key, coefficient in plan.kl_coefficients.items()},
            kl_multipliers={key: self.factor * multiplier for key, multiplier in plan.kl_multipliers.items()},
        )

    def observe(self, report: UpdateReport | None) -> None:
        """Take in one update; one that measured nothing changes nothing."""
        told = [measured_kl(report, task) for task in report.tasks] if report else []
        known = [kl for kl in told if not np.isnan(kl)]
        if self.target is not None and known:
            error = (float(np.mean(known)) - self.target) / self.target
            self.factor *= 1 + GAIN * float(np.clip(error, -LARGEST_ERROR, LARGEST_ERROR))

    def state_dict(self) -> dict[str, Any]:
        return {"factor": self.factor}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        require_keys(state, ("factor",), "the adaptive KL coefficient")
        self.factor = state["factor"]
