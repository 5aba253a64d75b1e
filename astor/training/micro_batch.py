"""Micro-batches: training rows as tensors, in pieces that fit into memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from astor.losses.aggregation import Aggregation
from astor.losses.loss import LossInputs
from astor.policies.logprobs import completion_logps
from astor.training.rows import TrainingGroup


@dataclass
class MicroBatch:
    """R rows of L tokens, right padded; rows of informative groups come first."""

    prompts: list[Sequence[int]]
    completions: list[list[Sequence[int]]]
    """Per prompt; their rows lie one after the other."""
    mask: Tensor
    """All tensors are as `LossInputs` has them."""
    advantages: Tensor
    tasks: Tensor
    informative: Tensor
    logp_rollout: Tensor
    surrogate_weights: Tensor
    """0 until `weigh`, as kl_weights."""
    kl_weights: Tensor
    logp_prox: Tensor
    """0 until it is known, as logp_ref."""
    logp_ref: Tensor

    @property
    def tokens(self) -> Tensor:
        """(R,), tokens in the mask."""
        return self.mask.sum(dim=1)

    @property
    def informative_mask(self) -> Tensor:
        """(R, L), bool: the mask in rows of informative groups."""
        return self.mask & self.informative[:, None]

    def logps(self, model: PreTrainedModel, temperature: float) -> Tensor:
        """(R, L), log-probabilities under `model`, with gradients where they are enabled."""
        logps, _ = completion_logps(model, self.prompts, self.completions, temperature)
        return logps

    def loss_inputs(self, logp: Tensor) -> LossInputs:
        """What a loss is made of where the policy's log-probabilities are `logp` (R, L)."""
        return LossInputs(
            logp=logp,
            logp_prox=self.logp_prox,
            logp_rollout=self.logp_rollout,
            logp_ref=self.logp_ref,
            advantages=self.advantages,
            mask=self.mask,
            tasks=self.tasks,
            informative=self.informative,
            surrogate_weights=self.surrogate_weights,
            kl_weights=self.kl_weights,
        )

    def informative_part(self) -> "MicroBatch | None":
        """Its rows of informative groups, as a micro-batch of their own; None where there are none."""
        rows = int(self.informative.sum())
        if not rows:
            return None
        prompts = int(np.searchsorted(np.cumsum([len(group) for group in self.completions]), rows)) + 1
        width = max(len(tokens) for group in self.completions[:prompts] for tokens in group)
        return MicroBatch(
            prompts=self.prompts[:prompts],
            completions=self.completions[:prompts],
            mask=self.mask[:rows, :width],
            advantages=self.advantages[:rows],
            tasks=self.tasks[:rows],
            informative=self.informative[:rows],
            logp_rollout=self.logp_rollout[:rows, :width],
            surrogate_weights=self.surrogate_weights[:rows],
            kl_weights=self.kl_weights[:rows],
            logp_prox=self.logp_prox[:rows, :width],
            logp_ref=self.logp_ref[:rows, :width],
        )


def make_micro_batch(groups: Sequence[TrainingGroup], device: torch.device) -> MicroBatch:
    """The rows of `groups`, of which informative ones come first, with weights of 0."""
    rows = [completion for group in groups for completion in group.completions]
    of_rows = [group for group in groups for _ in group.completions]
    longest = max(len(row.tokens) for row in rows)
    mask, logps = torch.zeros(len(rows), longest, dtype=torch.bool), torch.zeros(len(rows), longest)
    for index, row in enumerate(rows):
        mask[index, : len(row.tokens)] = torch.tensor(row.loss_mask)
        logps[index, : len(row.tokens)] = torch.tensor(row.logp_rollout)
    advantages = torch.tensor([value for group in groups for value in group.advantages])
    zeros = torch.zeros(len(rows), device=device)
    return MicroBatch(
        prompts=[group.prompt for group in groups],
        completions=[[completion.tokens for completion in group.completions] for group in groups],
        mask=mask.to(device),
        advantages=advantages[:, None].to(device),
        tasks=torch.tensor([group.task for group in of_rows], device=device),
        informative=torch.tensor([group.informative for group in of_rows], device=device),
        logp_rollout=logps.to(device),
        surrogate_weights=zeros,
        kl_weights=zeros,
        logp_prox=torch.zeros_like(logps, device=device),
        logp_ref=torch.zeros_like(logps, device=device),
    )


def weigh(part: Sequence[MicroBatch], aggregate: Aggregation, shares: Tensor, kl_coefficients: Tensor) -> None:
    """Weigh the rows of a mini-batch, given in pieces, as `aggregate` does over the whole of it.

    Rows of informative groups are counted in the surrogate, all rows in the KL term, whose factors are the
    coefficients. Shares and coefficients are (K,).
    """
    tokens = torch.cat([piece.tokens for piece in part])
    tasks = torch.cat([piece.tasks for piece in part])
    informative = torch.cat([piece.informative for piece in part])
    rows = [len(piece.tasks) for piece in part]
    surrogate = aggregate(tokens, tasks, informative, shares, torch.ones_like(shares)).split(rows)
    kl = aggregate(tokens, tasks, torch.ones_like(informative), shares, kl_coefficients).split(rows)
    for piece, of_surrogate, of_kl in zip(part, surrogate, kl, strict=True):
        piece.surrogate_weights, piece.kl_weights = of_surrogate, of_kl
