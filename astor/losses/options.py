"""What the loss is made of."""

from typing import Literal

from pydantic import Field

from astor.options import Options


class LossOptions(Options):
    """The clipped surrogate and the KL term."""

    clip_low: float = Field(default=0.2, gt=0, le=1)
    """How far the ratio to the policy at the start of the round may fall below 1 (PPO, Schulman et al. 2017)."""
    clip_high: float = Field(default=0.2, gt=0)
    """How far it may rise above 1. 0.28 is DAPO's clip-higher (Yu et al. 2025, section 3.1)."""
    importance_cap: float | None = Field(default=None, ge=1)
    """Where rollouts come from another engine than the trainer: the largest weight exp(logp_prox - logp_rollout) of a
    token (truncated importance sampling; 2 is verl's value). None: the engine computes what the trainer computes, as
    the check at the first update proves, and every weight is 1."""
    kl_estimator: Literal["k1", "k2", "k3", "k3+"] = "k3+"
    """Estimator of KL(policy || reference policy) per token (Schulman 2020, "Approximating KL divergence"). `k3+`: the
    value of k3, never negative and of low variance, with the gradient of k2, which on-policy is that of the KL
    divergence; the gradient of k3 is that of the other direction, and that of k1 is noise."""
