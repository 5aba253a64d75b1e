"""GRPO: advantages within a group, a clipped surrogate, and a KL term (Shao et al. 2024, section 4.1)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from astor.losses.aggregation import weighted_sum
from astor.losses.kl import kl_terms
from astor.losses.loss import Floats, Loss, LossInputs, LossOutputs
from astor.losses.surrogate import clipped_surrogate, importance_weights


class Grpo(Loss):
    """Group relative policy optimization. The weights of tasks are our choice: the paper has one task."""

    type: Literal["grpo"] = "grpo"
    standardise: bool = True
    """Divide by the group's standard deviation (GRPO, Shao et al. 2024, section 4.1); False subtracts the mean alone
    (Dr. GRPO, Liu et al. 2025)."""
    ddof: Literal[0, 1] = 1
    """Degrees of freedom taken from that standard deviation; 1, unbiased, is what verl and MT-GRPO's code use."""
    epsilon: float = Field(default=1e-6, gt=0)
    """Added to the standard deviation (verl)."""
    clip_low: float = Field(default=0.2, gt=0, le=1)
    """How far the ratio to the policy at the start of the round may fall below 1 (PPO, Schulman et al. 2017)."""
    clip_high: float = Field(default=0.2, gt=0)
    """How far it may rise above 1. 0.28 is DAPO's clip-higher (Yu et al. 2025, section 3.1)."""

    def advantages(self, rewards: Floats) -> Floats:
        """(reward - mean) / (standard deviation + epsilon)."""
        scale = rewards.std(ddof=self.ddof) + self.epsilon if self.standardise else 1.0
        advantages: Floats = (rewards - rewards.mean()) / scale
        return advantages

    def __call__(self, inputs: LossInputs) -> LossOutputs:
        surrogate, ratio = clipped_surrogate(
            inputs.logp, inputs.logp_prox, inputs.advantages, self.clip_low, self.clip_high
        )
        weighted, sampled = surrogate, ratio
        if self.importance_cap is not None:
            weights = importance_weights(inputs.logp_prox, inputs.logp_rollout, self.importance_cap)
            weighted, sampled = surrogate * weights, ratio * weights
        kl = kl_terms(inputs.logp, inputs.logp_ref, sampled, self.kl_estimator)
        loss = weighted_sum(weighted, inputs.mask, inputs.surrogate_weights)
        return LossOutputs(
            loss=loss + weighted_sum(kl, inputs.mask, inputs.kl_weights),
            surrogate=surrogate.detach(),
            clipped=(ratio < 1 - self.clip_low) | (ratio > 1 + self.clip_high),
        )
