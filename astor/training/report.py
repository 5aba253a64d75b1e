"""The report of an update, from what was measured in it."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from astor.records import Batch, TaskUpdate, UpdateReport
from astor.training.engine import Sketch
from astor.training.measurement import Measurement
from astor.training.rows import TrainingGroup
from astor.training.sketches import TaskSketch


class Trained(NamedTuple):
    """What one rank has of an update."""

    rows: list[TrainingGroup]
    sums: Measurement
    sketches: dict[int, TaskSketch]
    """Summed over ranks."""
    metric: Sketch | None
    """What the halves of the sketches are sketches of, for the report; None where it is not to have them."""
    norms: list[float | None]
    """The gradient's norm of every optimizer step, the same in every rank; None where it was skipped."""
    on_policy: bool
    """Whether the policy at the start of the round sampled."""


def make_report(
    batch: Batch,
    rows: Sequence[TrainingGroup],
    sums: Measurement,
    sketches: Mapping[int, TaskSketch],
    metric: Sketch | None,
    norms: Sequence[float | None],
    on_policy: bool,
    learning_rate: float,
    loss_after: bool,
) -> UpdateReport:
    """The report of an update that trained on `rows` of `batch`.

    The report tells the sketches where they are in a `metric`. `norms` has the gradient's norm of every optimizer step,
    None for one that was skipped. `on_policy` says whether the policy at the start of the round sampled, `loss_after`
    whether the loss after the last step was measured.
    """
    columns = zip(
        sums.values("tokens"),
        sums.means("loss before", "informative tokens"),
        sums.means("loss after", "informative tokens"),
        sums.means("kl", "tokens"),
        sums.means("entropy", "tokens"),
        sums.means("clipped", "passed"),
        sums.values("engine difference"),
        sums.means("lag", "tokens"),
        sums.means("truncated", "tokens"),
        strict=True,
    )
    tasks = {}
    for index, (task, column) in enumerate(zip(batch.quotas, columns, strict=True)):
        tokens, before, after, kl, entropy, clipped, difference, lag, truncated = column
        informative = sum(group.informative for group in rows if group.task == index)
        tasks[task] = TaskUpdate(
            tokens=int(tokens),
            informative_groups=informative,
            anchors=sum(group.task == index for group in rows) - informative,
            loss_before=before,
            loss_after=after if loss_after else None,
            kl=kl,
            entropy=entropy,
            gradient_norm=math.sqrt(sketches[index].square) if index in sketches else None,
            sketched_groups=sketches[index].groups if index in sketches else 0,
            clipped_share=clipped,
            engine_difference=difference if on_policy else None,
            lag=None if on_policy else lag,
            truncated_share=truncated,
        )
    made = [norm for norm in norms if norm is not None]
    names = tuple(batch.quotas)
    return UpdateReport(
        round=batch.round,
        tasks=tasks,
        optimizer_steps=len(made),
        skipped_steps=len(norms) - len(made),
        gradient_norm=sum(made) / max(len(made), 1),
        learning_rate=learning_rate,
        sketches={names[index]: sketch.halves for index, sketch in sketches.items()} if metric else {},
        preconditioned=metric == "adam",
    )
