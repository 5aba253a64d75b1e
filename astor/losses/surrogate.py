"""The clipped surrogate of policy gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def clipped_surrogate(
    logp: Tensor, logp_prox: Tensor, advantages: Tensor, clip_low: float, clip_high: float
) -> tuple[Tensor, Tensor]:
    """Loss per token, and the ratio exp(logp - logp_prox) that it is made of.

    -min(ratio * A, clip(ratio, 1 - clip_low, 1 + clip_high) * A): PPO (Schulman et al. 2017, equation 7) with two clip
    ranges (DAPO, Yu et al. 2025). `logp` is of the policy now, `logp_prox` of the policy at the start of the round; all
    are (R, L) or broadcast to it.
    """
    ratio = (logp - logp_prox).exp()
    clipped = ratio.clamp(1 - clip_low, 1 + clip_high)
    return -(ratio * advantages).minimum(clipped * advantages), ratio


def importance_weights(logp_prox: Tensor, logp_rollout: Tensor, cap: float) -> Tensor:
    """min(exp(logp_prox - logp_rollout), cap) per token: corrects for an engine that is not the trainer, and for
    rollouts of an earlier policy.

    Truncated importance sampling (Ionides 2008), applied to rollouts of another engine (Yao et al. 2025). Beside a
    ratio to a policy that sampled nothing it makes the decoupled objective (Hilton et al. 2022, section 3).
    """
    return (logp_prox - logp_rollout).exp().clamp(max=cap)
