"""A round's gradient sketches: in which direction each task moves the policy, and how far."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from astor.policies.ranks import World
from astor.training.engine import Sketch
from astor.training.micro_batch import MicroBatch
from astor.training.options import SketchOptions
from astor.training.rows import TrainingGroup

DECIMALS = 5
"""Decimals of a sketch's entries, in units of its norm. Their root mean square is about 0.01: finer than the error of
the sketch, short as JSON."""


class TaskSketch(NamedTuple):
    """One task's surrogate gradient in a round."""

    halves: tuple[tuple[float, ...], tuple[float, ...]]
    """Sketches over two halves of its prompts, whose sum is the task's gradient d."""
    groups: int
    """Informative groups in them."""
    square: float
    """Mean square norm of the gradient in a mini-batch, as it enters the loss; 0 without informative groups."""


class RoundSketches:
    """Sums of the sketches of a round's groups, in the mini-batches that are drawn for it.

    A task's gradient is d = 1 / n sum of the gradients of its informative groups' token means, over advantages of
    standard deviation 1; n are the groups generated, so that zero-variance groups count 0. Each group's gradient is
    that at the start of its mini-batch's own step, of the surrogate alone. Where only some groups were sketched, they
    stand for all. Groups go to the two halves in turn, beginning with one that is drawn: so a task of one group a round
    has halves too, in the mean over rounds.
    """

    def __init__(
        self,
        parts: Sequence[Sequence[TrainingGroup]],
        tasks: int,
        metric: Sketch | None,
        options: SketchOptions,
        seed: int,
        device: torch.device,
    ) -> None:
        """`parts` are the round's mini-batches, whole; a share of them is drawn by `seed`."""
        self.metric = metric
        """Whose gradients the halves are made of; None as for `gradient`, where only norms are wanted."""
        random = np.random.default_rng((seed, len(parts), tasks))
        count = min(max(int(options.share * len(parts) + random.random()), 1), len(parts))
        self.drawn = sorted(random.permutation(len(parts))[:count].tolist())
        """Numbers of the mini-batches that are sketched."""
        first_half = random.integers(2, size=tasks).tolist()
        self.groups: Counter[int] = Counter()
        """Index of a task → its groups that are sketched."""
        self._informative = Counter(group.task for part in parts for group in part if group.informative)
        self._half: dict[str, int] = {}
        self._weight: dict[str, float] = {}
        self._parts = Counter(
            task for n in self.drawn for task in {group.task for group in parts[n] if group.informative}
        )
        for group in (group for n in self.drawn for group in parts[n] if group.informative):
            self._half[group.prompt_id] = (first_half[group.task] + self.groups[group.task]) % 2
            self._weight[group.prompt_id] = _mean_weight(group)
            self.groups[group.task] += 1
        self._sums = torch.zeros(2 + count, tasks, options.size, dtype=torch.float64, device=device)
        """First the two halves, then the mini-batches, as they enter the loss."""

    def add(self, number: int, piece: MicroBatch, sketches: Tensor) -> None:
        """Take in the groups of a piece of mini-batch `number`. Their `sketches` are (1 or 2, P, size): the halves are
        made of the last, the norms of the first."""
        groups = [group for group in piece.groups if group.informative]
        first_rows = np.cumsum([0, *(len(group.completions) for group in groups[:-1])]).tolist()
        place = 2 + self.drawn.index(number)
        for index, (group, row) in enumerate(zip(groups, first_rows, strict=True)):
            self._sums[place, group.task] += piece.surrogate_weights[row] * sketches[0, index]
            self._sums[self._half[group.prompt_id], group.task] += self._weight[group.prompt_id] * sketches[-1, index]

    def finish(self, world: World, generated: Mapping[int, int], factors: Sequence[float]) -> dict[int, TaskSketch]:
        """Index of a task → its gradient, summed over ranks, the same in each; multiplied by its factor of `factors`.

        Tasks with `generated` groups, whose gradient is 0 where none was informative; without those of which groups are
        informative and none was drawn, and those whose gradient is not finite.
        """
        sums = world.sum(self._sums)
        squares = sums[2:].square().sum(dim=(0, 2)).tolist()
        found = {}
        for task, number in generated.items():
            sketched, informative = self.groups[task], self._informative[task]
            if math.isfinite(squares[task]) and (sketched or not informative):
                scale = factors[task] * informative / max(sketched, 1) / number
                square = squares[task] / max(self._parts[task], 1)
                found[task] = TaskSketch(_rounded(sums[:2, task] * scale), sketched, square)
        return found


def _mean_weight(group: TrainingGroup) -> float:
    """What makes the group's sum over tokens a token mean with advantages of standard deviation 1."""
    tokens = sum(sum(completion.loss_mask) for completion in group.completions)
    deviation = torch.tensor(group.advantages, dtype=torch.float64).std().item() if len(group.advantages) > 1 else 0.0
    return 1 / (tokens * deviation) if tokens and deviation > 0 else 0.0


def _rounded(halves: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    norm = float(halves.square().sum().sqrt())
    decimals = DECIMALS - math.floor(math.log10(norm)) if norm > 0 else 0
    first, second = np.round(halves.cpu().numpy(), decimals).tolist()
    return tuple(first), tuple(second)
