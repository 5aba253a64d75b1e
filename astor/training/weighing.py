"""What a token weighs in the loss, over a whole mini-batch; what that depends on is remembered from round to round."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from astor.losses.aggregation import Scales, surrogate_weights, task_mean
from astor.losses.loss import Loss
from astor.records import Batch, Record
from astor.training.micro_batch import MicroBatch
from astor.training.rows import TrainingGroup

MEMORY = 0.9
"""Weight of the past in running means, which start at their first observation."""
WIDEST = 4.0
"""Largest factor of `balanced`, and the reciprocal of its smallest."""


class WeighingState(Record):
    """Running means over the rounds so far; a part of the trainer state."""

    length: float | None = None
    """Tokens of a row, over all tasks; None before the first."""
    squares: dict[str, float] = {}
    """Task → square of its gradient's norm in a mini-batch, were its share and its factor 1; of tasks that have had
    one."""


class Weighing:
    """Weighs mini-batches. The same rounds make the same state in every rank."""

    def __init__(self, loss: Loss, state: WeighingState) -> None:
        self._aggregation, self.state = loss.aggregation, state

    def see_lengths(self, rows: Sequence[TrainingGroup]) -> None:
        """Take in the lengths of a round's informative rows."""
        tokens = [sum(row.loss_mask) for group in rows if group.informative for row in group.completions]
        if tokens and self._aggregation == "common_length":
            length = _smoothed(self.state.length, sum(tokens) / len(tokens))
            self.state = self.state.model_copy(update={"length": length})

    def see_norms(self, batch: Batch, squares: Mapping[str, float]) -> None:
        """Take in each task's mean square norm of a mini-batch's surrogate gradient, as it entered the loss.

        Tasks without a gradient keep what they had.
        """
        if self._aggregation != "balanced":
            return
        scales = self.scales(batch, torch.device("cpu"))
        factors = (scales.shares * scales.balances).tolist()
        known = self.state.squares | {
            task: _smoothed(self.state.squares.get(task), squares[task] / factor**2)
            for task, factor in zip(batch.quotas, factors, strict=True)
            if squares.get(task, 0.0) > 0 and factor > 0
        }
        self.state = self.state.model_copy(update={"squares": known})

    def balances(self, tasks: Sequence[str]) -> list[float]:
        """clip(N / N_k, 1/4, 4), N_k the task's root mean square norm and N their geometric mean; 1 for a task without.

        Our choice: the tasks' gradients, were their shares equal, are brought to one size.
        """
        logs = {task: math.log(square) / 2 for task, square in self.state.squares.items()}
        mean = sum(logs.values()) / max(len(logs), 1)
        return [min(max(math.exp(mean - logs.get(task, mean)), 1 / WIDEST), WIDEST) for task in tasks]

    def scales(self, batch: Batch, device: torch.device) -> Scales:
        """What the round's surrogate weights depend on besides the rows."""
        quotas = torch.tensor(list(batch.quotas.values()), dtype=torch.float32, device=device)
        balances = torch.tensor(self.balances(list(batch.quotas)), dtype=torch.float32, device=device)
        return Scales(quotas / quotas.sum(), balances, max(self.state.length or 0.0, 1.0))

    def weigh(self, part: Sequence[MicroBatch], batch: Batch) -> None:
        """Weigh the rows of a mini-batch, given in pieces: the loss is the sum of

        the surrogate, as the aggregation has it, over the rows of informative groups; and the sum over the K tasks of
        the batch of KL coefficient / K times mean over the tokens of all the task's rows. The KL term goes without
        shares and aggregation, whatever they are, for they would undo what calibration makes of the coefficients.
        """
        if not part:
            return
        tokens = torch.cat([piece.tokens for piece in part])
        tasks = torch.cat([piece.tasks for piece in part])
        informative = torch.cat([piece.informative for piece in part])
        rows = [len(piece.tasks) for piece in part]
        scales = self.scales(batch, tokens.device)
        surrogate = surrogate_weights(self._aggregation, tokens, tasks, informative, scales).split(rows)
        kl = task_mean(tokens, tasks, torch.ones_like(informative), _kl_factors(batch, tokens.device)).split(rows)
        for piece, of_surrogate, of_kl in zip(part, surrogate, kl, strict=True):
            piece.surrogate_weights, piece.kl_weights = of_surrogate, of_kl


def _kl_factors(batch: Batch, device: torch.device) -> Tensor:
    """(K,), each task's KL coefficient over the number of tasks."""
    coefficients = [batch.kl_coefficients[task] for task in batch.quotas]
    return torch.tensor(coefficients, dtype=torch.float32, device=device) / len(coefficients)


def _smoothed(past: float | None, now: float) -> float:
    return now if past is None else MEMORY * past + (1 - MEMORY) * now
