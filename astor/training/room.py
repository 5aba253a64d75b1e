"""How many tokens a micro-batch may have: fewer for good where memory ran out."""

import gc
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

from astor.errors import UserError
from astor.policies.shortage import ran_out
from astor.training.micro_batch import MicroBatch
from astor.training.rows import TrainingGroup, micro_batches

T = TypeVar("T")
log = logging.getLogger(__name__)


class Room:
    """Padded tokens of a micro-batch, with how often memory ran out."""

    def __init__(self, tokens: int) -> None:
        self.tokens, self.out_of_memory = tokens, 0

    @property
    def metrics(self) -> dict[str, float]:
        """How often memory ran out, and the tokens of a micro-batch now."""
        return {"out_of_memory": self.out_of_memory, "tokens_per_micro_batch": self.tokens}

    def fit(self, groups: Sequence[TrainingGroup], work: Callable[[], T]) -> T:
        """What `work` on `groups` comes to, which is begun anew with less room until memory holds it."""
        while True:
            try:
                return work()
            except RuntimeError as error:
                self.halve(error, groups)
            # Here the error is gone, and with it what the failed attempt held.
            gc.collect()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def halve(self, error: RuntimeError, groups: Sequence[TrainingGroup]) -> None:
        """Go on with half of the largest micro-batch that `groups` make, of which one was too large.

        `error` goes on where it is another. UserError where nothing is left to halve.
        """
        if not ran_out(error):
            raise error
        rows, width = max(
            ((_rows(piece), max(group.width for group in piece)) for piece in micro_batches(groups, self.tokens)),
            key=lambda size: (size[0] * size[1], size[0]),
        )
        if rows == 1:
            raise UserError(
                f"Memory does not hold the gradient of one rollout of {width} tokens: set "
                "training.gradient_checkpointing, give training.lora, lower max_tokens or use a smaller policy."
            ) from error
        self.out_of_memory += 1
        self.tokens = rows // 2 * width
        log.warning("memory ran out at %d rollouts: micro-batches have %d tokens from now on", rows, self.tokens)

    def cut(self, pieces: Sequence[MicroBatch]) -> list[MicroBatch]:
        """The pieces, those that are larger than the room in parts."""
        fitting = []
        for piece in pieces:
            rows, width = len(piece.tasks), max(group.width for group in piece.groups)
            most = max(self.tokens // width, 1)
            fitting += [piece.part(start, start + most) for start in range(0, rows, most)] if rows > most else [piece]
        return fitting


def _rows(piece: Sequence[TrainingGroup]) -> int:
    return sum(len(group.completions) for group in piece)
