"""What a loss is: how rewards become advantages, and how log-probabilities become the number that is descended."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.options import Options

if TYPE_CHECKING:  # A recipe names a loss, and is read without torch.
    from torch import Tensor

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LossInputs:
    """A micro-batch of R rows of L tokens, padded on the right. All log-probabilities are natural, at the temperature
    of the rollouts, and of any value at padding."""

    logp: Tensor
    """(R, L), of the policy now, with gradients where they are enabled."""
    logp_prox: Tensor
    """(R, L), of the policy at the start of the round, as the trainer computes it."""
    logp_rollout: Tensor
    """(R, L), of the engine that sampled."""
    logp_ref: Tensor
    """(R, L), of the reference policy."""
    advantages: Tensor
    """(R, 1); 0 in rows of groups that are not informative."""
    mask: Tensor
    """(R, L), bool: tokens that the policy chose itself."""
    tasks: Tensor
    """(R,), indices."""
    informative: Tensor
    """(R,), bool: rows of groups whose rewards differ."""
    surrogate_weights: Tensor
    """(R,), what a token of the row counts in the surrogate's sum, by the aggregation over the whole mini-batch."""
    kl_weights: Tensor
    """(R,), the same in the sum of the KL term, its coefficient among it."""


@dataclass(frozen=True)
class LossOutputs:
    """The loss of a micro-batch, and what its report needs, which has no gradients."""

    loss: Tensor
    """(), to be descended. Those of a mini-batch's pieces add up to that of the whole."""
    surrogate: Tensor
    """(R, L), the surrogate per token without importance weights; of any value at padding."""
    clipped: Tensor
    """(R, L), bool: tokens whose ratio is outside the clip range."""


class Loss(Options):
    """What every loss can be told; it has no state besides. A loss of another package is found by the entry point group
    `astor.losses`; its field `type` is its name in recipes."""

    type: str
    aggregation: Literal["task_mean", "token_mean"] = "task_mean"
    """How losses per token become one number. `task_mean`: per task the mean over its own tokens, times its quota's
    share (our choice: quotas mean what they say). `token_mean`: the mean over all tokens, in which a task weighs what
    it has of them, not its share (DAPO, Yu et al. 2025)."""
    importance_cap: float | None = Field(default=None, ge=1)
    """Where rollouts come from another engine than the trainer: the largest weight exp(logp_prox - logp_rollout) of a
    token (truncated importance sampling; 2 is verl's value). None: the engine computes what the trainer computes, as
    the check at the first update proves, and every weight is 1."""
    kl_estimator: Literal["k1", "k2", "k3", "k3+"] = "k3+"
    """Estimator of KL(policy || reference policy) per token (Schulman 2020, "Approximating KL divergence"). `k3+`: the
    value of k3, never negative and of low variance, with the gradient of k2, which on-policy is that of the KL
    divergence; the gradient of k3 is that of the other direction, and that of k1 is noise."""

    @abstractmethod
    def advantages(self, rewards: Floats) -> Floats:
        """Advantages (G,) of one group's rewards (G,), of which two at least differ; not all of them 0."""

    @abstractmethod
    def __call__(self, inputs: LossInputs) -> LossOutputs:
        """The loss of a micro-batch. It is made of the tensors alone, on their device."""
