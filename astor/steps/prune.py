"""prune: the checkpoints that nobody needs any more are removed."""

from astor.run.checkpoints import checkpoints
from astor.run.history import held_out_evaluations
from astor.run.run import Run

LATEST = 2
"""Checkpoints kept to go on from: the last one, and one before it."""


def prune(run: Run) -> None:
    """Remove every checkpoint but the last two, the best on held-out prompts, and those still to be evaluated.

    The best has the highest mean over tasks of the sampled score, the earlier one on ties.
    """
    committed = [round for round in checkpoints(run) if round > 0]
    scores: dict[int, float] = {}
    for evaluation in held_out_evaluations(run):
        found = run.artifacts.read(evaluation, "scores")
        scores.setdefault(found.round, found.value("all", "mean"))
    kept = set(committed[-LATEST:])
    if measured := [round for round in committed if round in scores]:
        kept.add(max(measured, key=lambda round: (scores[round], -round)))
    every = run.recipe.evaluation.every
    kept |= {round for round in committed if every and round % every == 0 and round not in scores}
    for round in set(committed) - kept:
        run.places.remove("rounds", round, "checkpoint")
