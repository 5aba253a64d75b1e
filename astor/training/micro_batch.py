"""Micro-batches: training rows as tensors, in pieces that fit into memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedModel

from astor.losses.aggregation import weighted_sum
from astor.losses.loss import LossInputs, LossOutputs
from astor.policies.logprobs import completion_logps
from astor.training.rows import TrainingGroup


@dataclass
class MicroBatch:
    """R rows of L tokens, right padded; rows of informative groups come first."""

    groups: list[TrainingGroup]
    """Whose completions are the rows, one after the other; of a group that was cut, some of them."""
    mask: Tensor
    """All tensors are as `LossInputs` has them."""
    advantages: Tensor
    tasks: Tensor
    informative: Tensor
    logp_rollout: Tensor
    surrogate_weights: Tensor
    """(R,), what a token of the row counts in the surrogate's sum; 0 until it is weighed, as kl_weights."""
    kl_weights: Tensor
    """(R,), the same in the sum of the KL term, its coefficient among it."""
    logp_prox: Tensor
    """0 until it is known, as logp_ref."""
    logp_ref: Tensor
    chunks: int = 0
    """0: completions of like lengths run in a forward pass of their own. Else all run in one, and their logits are made
    in as many chunks: so pieces of different rows take the same passes."""

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
        logps, _ = completion_logps(model, self.prompts, self.completions, temperature, self.chunks)
        return logps

    @property
    def prompts(self) -> list[Sequence[int]]:
        """Tokens of each group's prompt."""
        return [group.prompt for group in self.groups]

    @property
    def completions(self) -> list[list[Sequence[int]]]:
        """Tokens of each group's completions."""
        return [[completion.tokens for completion in group.completions] for group in self.groups]

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
        )

    def loss(self, outputs: LossOutputs) -> Tensor:
        """(), its part of the mini-batch's loss: those of all pieces add up to it."""
        surrogate = weighted_sum(outputs.surrogate, self.mask, self.surrogate_weights)
        return surrogate + weighted_sum(outputs.kl, self.mask, self.kl_weights)

    def informative_part(self) -> "MicroBatch | None":
        """Its rows of informative groups, as a micro-batch of their own; None where there are none."""
        rows = int(self.informative.sum())
        return self.part(0, rows) if rows else None

    def part(self, start: int, stop: int) -> "MicroBatch":
        """Some of its rows, one at least, as a micro-batch of their own."""
        rows = slice(start, stop)
        groups, first = [], 0
        for group in self.groups:
            mine = group.piece(max(start - first, 0), max(stop - first, 0))
            groups += [mine] if mine.completions else []
            first += len(group.completions)
        width = max(group.longest for group in groups)
        return MicroBatch(
            groups=groups,
            mask=self.mask[rows, :width],
            advantages=self.advantages[rows],
            tasks=self.tasks[rows],
            informative=self.informative[rows],
            logp_rollout=self.logp_rollout[rows, :width],
            surrogate_weights=self.surrogate_weights[rows],
            kl_weights=self.kl_weights[rows],
            logp_prox=self.logp_prox[rows, :width],
            logp_ref=self.logp_ref[rows, :width],
            chunks=self.chunks,
        )


def logps_together(
    pieces: Sequence[MicroBatch], model: PreTrainedModel, temperature: float, tokens: int
) -> list[Tensor]:
    """(R, L) for each piece, its log-probabilities under `model`, without a graph.

    Pieces share forward passes up to `tokens` padded tokens: passes of few rows cost more a row. Those that tell their
    chunks take passes of their own.
    """
    found: list[Tensor] = []
    with torch.no_grad():
        for part in _packed(pieces, tokens):
            if len(part) == 1:
                found.append(part[0].logps(model, temperature))
                continue
            prompts = [prompt for piece in part for prompt in piece.prompts]
            completions = [of_prompt for piece in part for of_prompt in piece.completions]
            logps, _ = completion_logps(model, prompts, completions, temperature)
            rows = logps.split([len(piece.mask) for piece in part])
            found += [own[:, : piece.mask.shape[1]] for own, piece in zip(rows, part, strict=True)]
    return found


def _packed(pieces: Sequence[MicroBatch], tokens: int) -> list[list[MicroBatch]]:
    packed: list[list[MicroBatch]] = []
    for piece in pieces:
        if not packed or piece.chunks or _padded_tokens([*packed[-1], piece]) > tokens:
            packed.append([])
        packed[-1].append(piece)
    return packed


def _padded_tokens(pieces: Sequence[MicroBatch]) -> int:
    rows = sum(len(piece.mask) for piece in pieces)
    longest_prompt = max(len(prompt) for piece in pieces for prompt in piece.prompts)
    longest: int = max(piece.mask.shape[1] for piece in pieces)
    return rows * (longest_prompt + longest)


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
        groups=list(groups),
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
