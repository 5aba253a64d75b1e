"""What an update needs of the updates before it, besides the policy."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import torch
from pydantic import ValidationError
from safetensors.torch import save_file
from torch import Tensor

from astor.errors import UserError
from astor.records import Record, read_json, write_json
from astor.training.stored_tensors import SHARD, TENSORS, StoredTensors, not_a_state, read_tensors
from astor.training.weighing import WeighingState

COUNTERS, WEIGHING = "trainer.json", "weighing.json"
GROUPS = ("master", "first_moment", "second_moment")
log = logging.getLogger(__name__)
R = TypeVar("R", bound=Record)


class TrainerCounters(Record):
    """The part of a trainer state that is not tensors; without a generator, for shuffling descends from batch seeds."""

    schedule_step: int
    """Optimizer steps tried, skipped ones among them; the learning rate follows it."""
    optimizer_steps: int
    """Optimizer steps made."""
    skipped_in_a_row: int
    """Steps skipped since the last that was made."""
    world_size: int
    """Processes that made it. Others than as many can continue it, but not to the bit."""


def first_counters(world_size: int = 1) -> TrainerCounters:
    """The counters before the first step."""
    return TrainerCounters(schedule_step=0, optimizer_steps=0, skipped_in_a_row=0, world_size=world_size)


def warn_of_another_size(directory: Path | None, size: int) -> None:
    """Log a warning where the trainer state in `directory` was made by another number of processes than `size`."""
    if directory is None or not (directory / COUNTERS).is_file():
        return
    before = _read(directory / COUNTERS, TrainerCounters).world_size
    if before != size:
        log.warning(
            "THE NUMBER OF PROCESSES THAT TRAIN HAS CHANGED from %d to %d. Master weights and moments go on as they "
            "were; sums are rounded in another way from here on, so that the run no longer repeats to the byte.",
            before,
            size,
        )


@dataclass
class TrainerState:
    """fp32 master weights and AdamW's moments by parameter name, with counters, and what the loss remembers.

    Its tensors are the live ones: save it before the next update.
    """

    masters: Mapping[str, Tensor]
    first_moments: Mapping[str, Tensor] = field(default_factory=dict)
    """Empty before the first optimizer step, as the second ones."""
    second_moments: Mapping[str, Tensor] = field(default_factory=dict)
    counters: TrainerCounters = field(default_factory=first_counters)
    weighing: WeighingState = field(default_factory=WeighingState)

    @property
    def shapes(self) -> dict[str, torch.Size]:
        """Of the masters, by name."""
        if isinstance(self.masters, StoredTensors):
            return self.masters.shapes
        return {name: weight.shape for name, weight in self.masters.items()}

    def save(self, directory: Path, rank: int = 0, size: int = 1) -> None:
        """Write into the existing `directory`; of `size` ranks, each its own share of the tensors."""
        parts = zip(GROUPS, (self.masters, self.first_moments, self.second_moments), strict=True)
        tensors = {f"{group}/{name}": tensor.detach() for group, named in parts for name, tensor in named.items()}
        save_file(tensors, directory / (TENSORS if size == 1 else SHARD.format(rank=rank, size=size)))
        if rank == 0:
            write_json(directory / COUNTERS, self.counters)
            write_json(directory / WEIGHING, self.weighing)

    @classmethod
    def load(cls, directory: Path) -> "TrainerState":
        """What `save` wrote, whole; each tensor is read onto the CPU when it is asked for. UserError where a file is
        missing or holds something else."""
        named = read_tensors(directory, GROUPS)
        for name in (COUNTERS, WEIGHING):
            if not (directory / name).is_file():
                raise not_a_state(directory, name)
        masters, first, second = (named[group] for group in GROUPS)
        if first.keys() != second.keys() or (first and first.keys() != masters.keys()):
            raise UserError(f"The trainer state in {directory} lacks moments of some of its weights.")
        counters, weighing = _read(directory / COUNTERS, TrainerCounters), _read(directory / WEIGHING, WeighingState)
        return cls(masters, first, second, counters, weighing)


def _read(path: Path, record: type[R]) -> R:
    try:
        return read_json(path, record)
    except ValidationError as error:
        raise UserError(f"{path} is not of a trainer state of this version: {error}") from error
