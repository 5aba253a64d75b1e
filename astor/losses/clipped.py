"""What GRPO and its kin share: a clipped surrogate, importance weights, and a KL term."""

from __future__ import annotations

from pydantic import Field

from astor.losses.kl import kl_terms
from astor.losses.loss import Floats, Loss, LossInputs, LossOutputs
from astor.losses.surrogate import clipped_surrogate, importance_weights


class ClippedLoss(Loss):
    """A loss of ratios to the policy at the start of the round. The weights of tasks are our choice: the papers have
    one task."""

    clip_low: float = Field(default=0.2, gt=0, le=1)
    """How far the ratio to the policy at the start of the round may fall below 1 (PPO, Schulman et al. 2017)."""
    clip_high: float = Field(default=0.2, gt=0)
    """How far it may rise above 1. 0.28 is DAPO's clip-higher (Yu et al. 2025, section 3.1)."""

    def __call__(self, inputs: LossInputs) -> LossOutputs:
        surrogate, ratio = clipped_surrogate(
            inputs.logp, inputs.logp_prox, inputs.advantages, self.clip_low, self.clip_high
        )
        clipped = (ratio < 1 - self.clip_low) | (ratio > 1 + self.clip_high)
        if self.importance_cap is not None:
            weights = importance_weights(inputs.logp_prox, inputs.logp_rollout, self.importance_cap)
            surrogate, ratio = surrogate * weights, ratio * weights
        return LossOutputs(surrogate, kl_terms(inputs.logp, inputs.logp_ref, ratio, self.kl_estimator), clipped)


def standardised(rewards: Floats, ddof: int, epsilon: float) -> Floats:
    """(reward - mean) / (standard deviation + epsilon)."""
    advantages: Floats = (rewards - rewards.mean()) / (rewards.std(ddof=ddof) + epsilon)
    return advantages
