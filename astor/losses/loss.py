"""What a loss is: how rewards become advantages, and how log-probabilities become the number that is descended."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.losses.aggregation import Aggregation
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
    """(R, L), of the policy that sampled, as its engine computed it."""
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


@dataclass(frozen=True)
class LossOutputs:
    """The two terms of a loss, token by token; the trainer adds tokens up as the aggregation says. All are (R, L), and
    of any value at padding."""

    surrogate: Tensor
    """To be descended, with gradients where `logp` has them. Only rows of informative groups are looked at."""
    kl: Tensor
    """The KL term without its coefficient, to be descended too."""
    clipped: Tensor
    """Bool: tokens whose ratio is outside the clip range."""

    def detach(self) -> LossOutputs:
        """The values alone, which hold no graph."""
        return LossOutputs(self.surrogate.detach(), self.kl.detach(), self.clipped)


class Loss(Options):
    """What every loss can be told; it has no state besides. A loss of another package is found by the entry point group
    `astor.losses`; its field `type` is its name in recipes."""

    type: str
    aggregation: Aggregation = "task_mean"
    """How surrogates per token become one number; the KL term is the mean over tasks of coefficient times own token
    mean, whatever stands here.
    `task_mean`: each task's mean over its own tokens, times its quota's share (our choice: quotas mean what they say).
    `common_length`: each task's sum over tokens per row, over a length common to all tasks, times its quota's share: a
    token weighs the same in each (our choice; Dr. GRPO, Liu et al. 2025, has it for one task). The length is the
    running mean (0.9) of the tokens of a row.
    `token_mean`: one mean over all tokens, which ignores quota shares: a task weighs what it has of tokens (DAPO, Yu et
    al. 2025).
    `balanced`: `task_mean`, times a factor within [1/4, 4] that brings the tasks' gradients to one norm, by running
    means (0.9) of their squares (our choice: a share is a share of the movement)."""
    kl: bool = True
    """Whether there is a KL term, with the scheduler's coefficients; False makes all of them 0."""
    importance_cap: float | None = Field(default=None, ge=1)
    """Where rollouts come from another engine than the trainer, or with staleness 1 from the policy before: the largest
    weight exp(logp_prox - logp_rollout) of a token (truncated importance sampling; 2 is verl's value). None: the engine
    computes what the trainer computes, as the check at the first update proves, and every weight is 1."""
    kl_estimator: Literal["k1", "k2", "k3", "k3+"] = "k3+"
    """Estimator of KL(policy || reference policy) per token (Schulman 2020, "Approximating KL divergence"). `k3+`: the
    value of k3, never negative and of low variance, with the gradient of k2, which on-policy is that of the KL
    divergence; the gradient of k3 is that of the other direction, and that of k1 is noise."""

    @abstractmethod
    def advantages(self, rewards: Floats) -> Floats:
        """Advantages (G,) of one group's rewards (G,), of which two at least differ; not all of them 0."""

    def length_penalty(self, tokens: int, max_tokens: int) -> float:
        """What is added to the reward of an answer of `tokens` tokens, of which it could have had `max_tokens`."""
        return 0.0

    @abstractmethod
    def __call__(self, inputs: LossInputs) -> LossOutputs:
        """The loss of a micro-batch, token by token. It is made of the tensors alone, on their device."""
