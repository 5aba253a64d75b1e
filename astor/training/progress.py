"""How far training is: the schedule of the learning rate, and the guard against gradients that no step may follow."""

import math

from astor.training.engine import DivergedError
from astor.training.options import OptimizerOptions
from astor.training.trainer_state import TrainerCounters


class Progress:
    """Counts optimizer steps, whoever makes them."""

    def __init__(self, options: OptimizerOptions, skips_in_a_row: int, counters: TrainerCounters) -> None:
        self._options, self._skips_in_a_row, self.counters = options, skips_in_a_row, counters

    @property
    def learning_rate(self) -> float:
        """The rate of the last step; before any, of the first."""
        return self._rate_of(max(self.counters.schedule_step, 1))

    @property
    def next_learning_rate(self) -> float:
        """The rate of the step that comes."""
        return self._rate_of(self.counters.schedule_step + 1)

    def takes(self, norm: float) -> bool:
        """Whether a step is made along a gradient of this norm: it must be finite, and not above the limit."""
        limit = self._options.gradient_limit
        return norm < math.inf and (limit is None or norm <= limit)

    def count(self, norm: float) -> float | None:
        """Count a step along a gradient of this norm, which was skipped where it is none to take: the norm, or None.

        DivergedError where too many were skipped one after the other.
        """
        taken, before, limit = self.takes(norm), self.counters, self._options.gradient_limit
        self.counters = TrainerCounters(
            schedule_step=before.schedule_step + 1,
            optimizer_steps=before.optimizer_steps + taken,
            skipped_in_a_row=0 if taken else before.skipped_in_a_row + 1,
            world_size=before.world_size,
        )
        if self.counters.skipped_in_a_row >= self._skips_in_a_row:
            told = f" or above training.optimizer.gradient_limit, {limit:g}," if limit else ""
            raise DivergedError(
                f"The gradient was not finite{told} {self.counters.skipped_in_a_row} times in a row, up to step "
                f"{self.counters.schedule_step} with the norm {norm:g}: lower training.optimizer.learning_rate and "
                "start over with --fresh."
            )
        return norm if taken else None

    def _rate_of(self, step: int) -> float:
        warm_up, decay = max(self._options.warm_up_steps, 1), self._options.decay_steps
        fallen = min(1.0, max(0, step - warm_up) / decay) if decay else 0.0
        if self._options.decay == "cosine":
            fallen = (1 - math.cos(math.pi * fallen)) / 2
        return self._options.learning_rate * min(1.0, step / warm_up) * (1 - 0.9 * fallen)
