"""Whether the engine that sampled and the trainer compute the same policy."""

from collections.abc import Mapping

from astor.errors import UserError
from astor.training.options import TrainingOptions


def check_agreement(differences: Mapping[str, float], options: TrainingOptions, bf16: bool) -> None:
    """UserError where a task's largest |logp_prox - logp_rollout| of a token, in nats, is above the tolerance."""
    name = "engine_tolerance_bf16" if bf16 else "engine_tolerance"
    tolerance: float = getattr(options, name)
    for task, difference in differences.items():
        if not difference <= tolerance:
            raise UserError(
                f"Engine and trainer disagree: a token of {task} has log-probabilities that differ by "
                f"{difference:.3g}, more than {tolerance:g} (training.{name}). They run different weights, "
                f"precisions or temperatures: let both load the same policy, or raise the tolerance together "
                f"with training.loss.importance_cap."
            )
