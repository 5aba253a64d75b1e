"""What an update needs of the updates before it, besides the policy."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from astor.errors import UserError
from astor.records import Record, read_json, write_json
from astor.training.weighing import WeighingState

TENSORS, COUNTERS, WEIGHING = "trainer.safetensors", "trainer.json", "weighing.json"
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

    masters: dict[str, Tensor]
    first_moments: dict[str, Tensor] = field(default_factory=dict)
    """Empty before the first optimizer step, as the second ones."""
    second_moments: dict[str, Tensor] = field(default_factory=dict)
    counters: TrainerCounters = field(default_factory=first_counters)
    weighing: WeighingState = field(default_factory=WeighingState)

    def save(self, directory: Path) -> None:
        """Write into the existing `directory`."""
        parts = zip(GROUPS, (self.masters, self.first_moments, self.second_moments), strict=True)
        tensors = {f"{group}/{name}": tensor.detach() for group, named in parts for name, tensor in named.items()}
        save_file(tensors, directory / TENSORS)
        write_json(directory / COUNTERS, self.counters)
        write_json(directory / WEIGHING, self.weighing)

    @classmethod
    def load(cls, directory: Path) -> "TrainerState":
        """Read what `save` wrote, onto the CPU. UserError where a file is missing or holds something else."""
        for name in (TENSORS, COUNTERS, WEIGHING):
            if not (directory / name).is_file():
                raise UserError(
                    f"{directory} is not a trainer state: it has no {name}. Give one that a round committed."
                )
        try:
            tensors = load_file(directory / TENSORS)
        except SafetensorError as error:
            raise UserError(
                f"The trainer state in {directory} cannot be read ({error}): remove its checkpoint and run again, "
                "which goes on from the one before."
            ) from error
        named: dict[str, dict[str, Tensor]] = {group: {} for group in GROUPS}
        for key, tensor in tensors.items():
            group, _, name = key.partition("/")
            if group not in named:
                raise UserError(f"The trainer state in {directory} has the unknown tensor {key!r}.")
            named[group][name] = tensor
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
