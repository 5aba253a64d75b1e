"""prune: the checkpoints that nobody needs any more are removed."""

from astor.run.candidate import best, held_out_means, scheduled
from astor.run.checkpoints import checkpoints
from astor.run.run import Run

LATEST = 2
"""Checkpoints kept to go on from: the last one, and one before it."""


def prune(run: Run) -> None:
    """Remove every checkpoint but the last two, the best of those that `evaluation.every` has evaluated, which is the
    candidate unless the last one is better, and those that it has still to evaluate."""
    committed = [round for round in checkpoints(run) if round > 0]
    due, evaluated = scheduled(run), held_out_means(run)
    kept = {*committed[-LATEST:], best(run, due), *(round for round in due if round not in evaluated)}
    for round in set(committed) - kept:
        run.places.remove("rounds", round, "checkpoint")
