"""Gradient sketches: in which direction each task alone would move the policy, before anything moves."""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from astor.errors import UserError
from astor.losses.aggregation import weighted_sum
from astor.training.count_sketch import count_sketch
from astor.training.micro_batch import make_micro_batch
from astor.training.options import SketchOptions
from astor.training.rows import TrainingGroup, micro_batches

DECIMALS = 7
"""Decimals of a sketch's entries. Their root mean square is about 0.01: far finer than its own error, short as JSON."""


class TaskSketch(NamedTuple):
    """One task's policy gradient."""

    halves: tuple[tuple[float, ...], tuple[float, ...]]
    """Sketches over two halves of its prompts, divided by the norm of their sum."""
    norm: float
    """Norm of the gradient itself, over the sketched parameters."""


def sketch_tasks(
    model: PreTrainedModel,
    groups: Sequence[TrainingGroup],
    options: SketchOptions,
    temperature: float,
    tokens_per_micro_batch: int,
    seed: int,
) -> dict[int, TaskSketch]:
    """Index of a task → its gradient; only tasks with two informative groups or more whose gradient is not zero.

    The gradient is that of the policy-gradient term alone, no KL: the mean over tokens of -advantage * logp. Prompts
    are drawn by `seed`, and go to the halves in turn. Leaves weights, gradients and what requires them as they were.
    """
    found = {}
    parameters = sketched_parameters(model, options.layers)
    with _only(model, parameters):
        for task in sorted({group.task for group in groups}):
            mine = [group for group in groups if group.task == task and group.informative]
            chosen = [mine[i] for i in np.random.default_rng(seed).permutation(len(mine))[: options.prompts]]
            if len(chosen) < 2:
                continue
            tokens = sum(sum(completion.loss_mask) for group in chosen for completion in group.completions)
            halves = [
                _gradient(model, parameters, chosen[half::2], temperature, tokens_per_micro_batch, tokens)
                for half in range(2)
            ]
            norm = math.sqrt(sum(float((a + b).square().sum()) for a, b in zip(*halves, strict=True)))
            sketches = torch.stack([count_sketch(half, options.size) for half in halves])
            length = sketches.sum(dim=0).norm()
            if math.isfinite(norm) and length > 0:
                first, second = np.round((sketches / length).cpu().numpy(), DECIMALS).tolist()
                found[task] = TaskSketch((tuple(first), tuple(second)), norm)
    return found


def sketched_parameters(model: PreTrainedModel, share: float) -> list[Tensor]:
    """All LoRA weights where there are any, else `o_proj` and `down_proj` of the last `share` of the layers."""
    named = dict(model.named_parameters())
    if lora := [weight for name, weight in named.items() if "lora_" in name and weight.requires_grad]:
        return lora
    first = model.config.num_hidden_layers - math.ceil(share * model.config.num_hidden_layers)
    pattern = re.compile(r"\.layers\.(\d+)\..*\b(o_proj|down_proj)\.weight$")
    found = [weight for name, weight in named.items() if (m := pattern.search(name)) and int(m[1]) >= first]
    if not found:
        raise UserError(
            f"A {type(model).__name__} has no o_proj or down_proj to sketch for synergy: set the scheduler's "
            f"utility.synergy.weight to 0."
        )
    return found


@contextmanager
def _only(model: PreTrainedModel, parameters: Sequence[Tensor]) -> Iterator[None]:
    """Within, nothing but `parameters` requires gradients, so that backward goes no deeper than it must."""
    required = {weight: weight.requires_grad for weight in model.parameters()}
    model.requires_grad_(False)
    for weight in parameters:
        weight.requires_grad_(True)
    try:
        yield
    finally:
        for weight, requires in required.items():
            weight.requires_grad_(requires)


def _gradient(
    model: PreTrainedModel,
    parameters: Sequence[Tensor],
    groups: Sequence[TrainingGroup],
    temperature: float,
    tokens_per_micro_batch: int,
    tokens: int,
) -> list[Tensor]:
    """The gradient of the sum over the groups' tokens of -advantage * logp / tokens."""
    total = [torch.zeros_like(weight) for weight in parameters]
    for piece in micro_batches(groups, tokens_per_micro_batch):
        batch = make_micro_batch(piece, model.device)
        loss = weighted_sum(
            -batch.advantages * batch.logps(model, temperature),
            batch.mask,
            torch.full_like(batch.tasks, 1 / tokens, dtype=torch.float32),
        )
        for sum_, gradient in zip(total, torch.autograd.grad(loss, parameters), strict=True):
            sum_ += gradient
    return total
