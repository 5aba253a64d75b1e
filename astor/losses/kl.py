"""Estimators of KL(policy || reference policy) from tokens that the policy sampled, in nats per token."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def k1(logp: Tensor, logp_ref: Tensor) -> Tensor:
    """log pi - log ref: unbiased, of high variance, often negative."""
    return logp - logp_ref


def k2(logp: Tensor, logp_ref: Tensor) -> Tensor:
    """(log pi - log ref)^2 / 2: a biased value, whose gradient on-policy is that of the KL divergence."""
    return 0.5 * (logp - logp_ref).square()


def k3(logp: Tensor, logp_ref: Tensor) -> Tensor:
    """exp(d) - d - 1 with d = log ref - log pi: unbiased, never negative, of low variance.

    d is clamped to [-20, 20] and the value to 10 at most, as in verl: a single token that the policy sampled and the
    reference finds almost impossible would else outweigh all others.
    """
    difference = (logp_ref - logp).clamp(-20, 20)
    return (difference.expm1() - difference).clamp(max=10)


def k3_plus(logp: Tensor, logp_ref: Tensor) -> Tensor:
    """The value of k3 with the gradient of k2."""
    surrogate = k2(logp, logp_ref)
    return surrogate + (k3(logp, logp_ref) - surrogate).detach()


ESTIMATORS = {"k1": k1, "k2": k2, "k3": k3, "k3+": k3_plus}


def kl_terms(logp: Tensor, logp_ref: Tensor, ratio: Tensor, estimator: str) -> Tensor:
    """The estimate per token, weighted by the policy's ratio to the one that sampled; all (R, L).

    The weight keeps estimate and gradient right after the first optimizer step of a round, when the tokens are no
    longer the policy's own (MT-GRPO's appendix, arXiv 2602.05547). No gradient flows through it.
    """
    return ratio.detach() * ESTIMATORS[estimator](logp, logp_ref)
