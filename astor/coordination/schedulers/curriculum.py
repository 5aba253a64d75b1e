"""Sequential curriculum: one task after the other."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from astor.coordination.quotas import Floats
from astor.coordination.scheduler import SchedulerOptions, TaskInfo
from astor.coordination.weighted import WeightedScheduler
from astor.errors import UserError


class CurriculumOptions(SchedulerOptions):
    """Phases of one task each, as the curriculum baselines of ASTOR and MT-GRPO; Omni-Thinker (2507.14783) orders them
    by backward transfer, which is for a person to measure."""

    type: Literal["curriculum"] = "curriculum"
    order: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Tasks in the order of their phases; None: as the recipe names them. A task may come again, or not at all."""
    phase_rounds: int = Field(default=100, ge=1)
    """Rounds of each phase (ASTOR-style: four tasks in 400 rounds). No schedule here follows from the recipe's
    `rounds`, so that a run can be made longer."""
    ends: tuple[int, ...] | None = None
    """Rounds at which the phases end, the first one that is no more of it, instead of equal phases; the last phase goes
    on to the end of the run, and its end may be left out."""

    @model_validator(mode="after")
    def _ends_rise(self) -> "CurriculumOptions":
        if self.ends and any(later <= earlier for earlier, later in zip((0, *self.ends), self.ends, strict=False)):
            raise ValueError(f"ends are {list(self.ends)}: each phase must end after the one before it")
        return self


class CurriculumScheduler(WeightedScheduler):
    """q_k = 1 for the task of the phase."""

    options_type = CurriculumOptions

    def __init__(self, options: CurriculumOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        self.order = options.order or self.keys
        self.require_tasks("order", self.order)
        equal = [options.phase_rounds * (phase + 1) for phase in range(len(self.order))]
        ends, phases = equal if options.ends is None else list(options.ends), len(self.order)
        if len(ends) not in (phases - 1, phases):
            raise UserError(f"scheduler.ends are {ends} for {phases} phases: give the end of each but the last.")
        self.ends = ends[: phases - 1]

    def phase(self, round: int) -> int:
        """Number of the phase, from 0, that a round is of."""
        return sum(round >= end for end in self.ends)

    def weights(self, round: int) -> Floats:
        task = self.order[self.phase(round)]
        return np.array([float(key == task) for key in self.keys])

    def metrics(self) -> dict[str, dict[str, Any]]:
        phase = float(self.phase(max(self.round - 1, 0)))
        return {key: {**metrics, "phase": phase} for key, metrics in super().metrics().items()}
