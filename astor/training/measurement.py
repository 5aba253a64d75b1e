"""What an update measures of each task, summed on the device and read once."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor
from transformers import PreTrainedModel

from astor.losses.kl import k3
from astor.losses.loss import Loss, LossOutputs
from astor.training.micro_batch import MicroBatch


class Measurement:
    """Sums over tokens per task, of the K tasks of a batch."""

    def __init__(self, tasks: int, device: torch.device) -> None:
        self._sums: dict[str, Tensor] = {}
        self._largest: set[str] = set()
        self._zeros = torch.zeros(tasks, dtype=torch.float64, device=device)

    def add(self, name: str, values: Tensor, mask: Tensor, tasks: Tensor) -> None:
        """Add `values` (R, L) where `mask` (R, L) is true to each row's task."""
        rows = values.detach().masked_fill(~mask, 0.0).sum(dim=1, dtype=torch.float64)
        self._sums[name] = self._sums.get(name, self._zeros).index_add(0, tasks, rows)

    def add_largest(self, name: str, values: Tensor, mask: Tensor, tasks: Tensor) -> None:
        """Keep the largest of `values` (R, L), none negative, of each task; NaN where one of them is."""
        rows = values.detach().masked_fill(~mask, 0.0).amax(dim=1).double()
        self._largest.add(name)
        self._sums[name] = self._sums.get(name, self._zeros).scatter_reduce(0, tasks, rows, "amax")

    def merge(self, other: "Measurement") -> None:
        """Take in what another rank measured of its share."""
        for name, values in other._sums.items():
            join = torch.maximum if name in self._largest | other._largest else torch.add
            self._sums[name] = join(self._sums.get(name, self._zeros), values)

    def on_cpu(self) -> "Measurement":
        """The same, to be sent to another process."""
        moved = Measurement(len(self._zeros), torch.device("cpu"))
        moved._sums = {name: values.cpu() for name, values in self._sums.items()}
        moved._largest = set(self._largest)
        return moved

    def values(self, name: str) -> list[float]:
        """Per task; 0 where nothing was added."""
        values: list[float] = self._sums.get(name, self._zeros).tolist()
        return values

    def means(self, name: str, count: str) -> list[float]:
        """Sum of `name` over sum of `count`, per task; 0 over nothing."""
        return [total / max(number, 1) for total, number in zip(self.values(name), self.values(count), strict=True)]


def measure_start(sums: Measurement, batch: MicroBatch, outputs: LossOutputs, cap: float | None) -> None:
    """Everything that is known before the first optimizer step, from `logp_prox`, `logp_ref` and the loss of them. Its
    importance weights are cut at `cap`."""
    ones = torch.ones_like(batch.logp_prox)
    sums.add("tokens", ones, batch.mask, batch.tasks)
    sums.add("informative tokens", ones, batch.informative_mask, batch.tasks)
    sums.add("kl", k3(batch.logp_prox, batch.logp_ref), batch.mask, batch.tasks)
    sums.add("entropy", -batch.logp_prox, batch.mask, batch.tasks)
    difference = batch.logp_prox - batch.logp_rollout
    sums.add_largest("engine difference", difference.abs(), batch.mask, batch.tasks)
    sums.add("lag", k3(batch.logp_rollout, batch.logp_prox), batch.mask, batch.tasks)
    if cap is not None:
        sums.add("truncated", (difference > math.log(cap)).float(), batch.mask, batch.tasks)
    sums.add("loss before", outputs.surrogate, batch.informative_mask, batch.tasks)


def measure_pass(sums: Measurement, batch: MicroBatch, outputs: LossOutputs) -> None:
    """The share of tokens whose ratio is outside the clip range, over every pass of an update, of all epochs."""
    sums.add("clipped", outputs.clipped.float(), batch.mask, batch.tasks)
    sums.add("passed", torch.ones_like(outputs.surrogate), batch.mask, batch.tasks)


def measure_end(
    sums: Measurement, pieces: Iterable[MicroBatch], loss: Loss, policy: PreTrainedModel, temperature: float
) -> None:
    """The loss after the last step."""
    for piece in pieces:
        with torch.no_grad():
            outputs = loss(piece.loss_inputs(piece.logps(policy, temperature)))
        sums.add("loss after", outputs.surrogate, piece.informative_mask, piece.tasks)
