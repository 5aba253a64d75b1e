"""A run's candidate: of its checkpoints the one that the gate compares with the champion."""

from collections.abc import Iterable

from astor.errors import UserError
from astor.policies.card import policy_ref
from astor.run.checkpoints import checkpoints, rounds_of
from astor.run.history import held_out_evaluations
from astor.run.run import Run
from astor.storage import ArtifactRef, PolicyRef


def candidates(run: Run, last: PolicyRef) -> list[PolicyRef]:
    """The checkpoints that the gate may see, in the order of rounds: those of rounds that `evaluation.every` names, and
    `last`, the policy after the run's last round.

    Where the run went on with more rounds, the policies after its earlier ends are none, so that it comes to what it
    would have come to at once.
    """
    rounds = [round for round in scheduled(run) if round < last.updates]
    return [*(policy_ref(run.artifacts.committed(run.places.at("rounds", at, "checkpoint"))) for at in rounds), last]


def candidate(run: Run, last: PolicyRef) -> PolicyRef:
    """Of `candidates`, which were all evaluated on held-out prompts, the best one.

    The gate's prompts are others, so that what chance added to the best of several is not counted twice.

    Raises:
        UserError: the recipe has more rounds than the last policy went through.
    """
    if last.updates < (rounds := rounds_of(run)):
        raise UserError(
            f"The pipeline's chain ended after {last.updates} of {rounds} rounds: submit it again, "
            "which continues, or compile it for as many."
        )
    found = {one.updates: one for one in candidates(run, last)}
    return found[best(run, found) or last.updates]


def best(run: Run, rounds: Iterable[int]) -> int | None:
    """Of policies after these rounds the one with the highest mean over tasks of the sampled score on held-out prompts,
    the earlier one on ties; None where none of them was evaluated."""
    means = held_out_means(run)
    return max((round for round in rounds if round in means), key=lambda round: (means[round], -round), default=None)


def held_out_means(run: Run) -> dict[int, float]:
    """Round → mean over tasks of the sampled score on held-out prompts, of each policy that was evaluated. One that did
    not change counts at the first round that it was there."""
    means: dict[int, float] = {}
    for evaluation in held_out_evaluations(run):
        found = run.artifacts.read(evaluation, "scores")
        means.setdefault(found.round, found.value("all", "mean"))
    return means


def held_out_scores_of(run: Run, policy: PolicyRef) -> ArtifactRef:
    """The scores on held-out prompts of a policy that was evaluated."""
    return run.artifacts.committed(run.places.evaluation("held_out", policy.digest, "scores"))


def scheduled(run: Run) -> list[int]:
    """Rounds with a checkpoint that `evaluation.every` has evaluated, or has still to."""
    every = run.recipe.evaluation.every
    return [round for round in checkpoints(run) if every and round and round % every == 0]
