"""How far training is: the schedule of the learning rate, and the guard against gradients that are not finite."""

from astor.errors import UserError
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

    def count(self, norm: float) -> float | None:
        """Count a step along a gradient of this norm, which was skipped where that is not finite: the norm, or None.

        UserError where too many were skipped one after the other.
        """
        finite, before = norm < float("inf"), self.counters
        self.counters = TrainerCounters(
            schedule_step=before.schedule_step + 1,
            optimizer_steps=before.optimizer_steps + finite,
            skipped_in_a_row=0 if finite else before.skipped_in_a_row + 1,
            world_size=before.world_size,
        )
        if self.counters.skipped_in_a_row >= self._skips_in_a_row:
            raise UserError(
                f"The gradient was not finite {self.counters.skipped_in_a_row} times in a row, up to step "
                f"{self.counters.schedule_step}: lower training.optimizer.learning_rate and start over with --fresh."
            )
        return norm if finite else None

    def _rate_of(self, step: int) -> float:
        warm_up, decay = max(self._options.warm_up_steps, 1), self._options.decay_steps
        fallen = 0.9 * min(1.0, max(0, step - warm_up) / decay) if decay else 0.0
        return self._options.learning_rate * min(1.0, step / warm_up) * (1 - fallen)
