"""What a cluster adds to a run's own work, from what KFP and Argo were measured to take."""

from typing import Literal, NamedTuple

from astor.errors import UserError
from astor.recipe.estimate import workload
from astor.recipe.recipe import Recipe

Granularity = Literal["step", "segment"]
POD_SECONDS = 10.0
"""Of a pod, whatever it does. Measured on KFP 2.17 with Argo 4.0.8 as it comes, on Kubernetes 1.34 with two cores: the
controller looks again after 10 s. With its DEFAULT_REQUEUE_TIME=1s they were 6.9."""
PODS = 2
"""Of a task, one after the other: KFP's driver, and the task itself. A nested pipeline has a driver alone."""
NODES = 4
"""Argo nodes of a task. Measured as above: a round of four tasks in a pipeline of its own had 17."""
MOST_NODES = 1700
"""Of one workflow: some ninety rounds. Measured as above: 51 nodes were 180 KB of status, and Kubernetes keeps 1.5 MB
of an object, which Argo compresses."""
ROUND, EVALUATION = 4, 3
"""Tasks of a round, and of an evaluation, each a nested pipeline."""
BEGINNING = 4
"""Tasks before the chain: the recipe, the prompts, the first policy and the plan."""
ENDING = 3
"""Tasks behind it: the evaluation over turns, the choice of a candidate, and the gate."""


class Overhead(NamedTuple):
    """Of one submission, whose steps all still have to be done."""

    pods: int
    seconds: float
    """That its longest chain of tasks idles."""
    nodes: int
    """Argo nodes."""


def overhead(recipe: Recipe, granularity: Granularity) -> Overhead:
    """What the recipe costs above its work in a granularity."""
    if granularity == "segment":
        tasks = BEGINNING + recipe.segments + 1
        return Overhead(PODS * tasks + 1, POD_SECONDS * (PODS * tasks + 1), NODES * tasks + 1)
    evaluations = workload(recipe).evaluations + 2  # the gate's two beside those on held-out prompts
    nested = recipe.rounds + evaluations
    tasks = BEGINNING + ROUND * recipe.rounds + EVALUATION * evaluations + ENDING
    # Evaluations run beside rounds, or beside each other: the chain waits for that of the last policy, by which the
    # candidate is chosen, for that of the candidate, and for the gate.
    chain = PODS * (BEGINNING + _chained(recipe) + EVALUATION + 1 + EVALUATION + 1) + recipe.rounds + 2
    return Overhead(PODS * tasks + nested + 1, POD_SECONDS * (chain + 1), NODES * tasks + nested + 1)


def _chained(recipe: Recipe) -> int:
    """Tasks of rounds that wait for one another: with staleness 1 an update is beside the next rollout and its verify,
    which are two, so that the last update alone is waited for."""
    return (ROUND - 1) * recipe.rounds + 1 if recipe.staleness and recipe.rounds else ROUND * recipe.rounds


def require_holdable(recipe: Recipe) -> None:
    """UserError where the pipeline of the recipe is more than one workflow holds."""
    nodes = overhead(recipe, recipe.granularity).nodes
    if nodes > MOST_NODES:
        of = f"{recipe.segments} segments" if recipe.granularity == "segment" else f"{recipe.rounds} rounds by step"
        way = "raise rounds_per_segment" if recipe.granularity == "segment" else "set granularity: segment"
        raise UserError(f"{of} are {nodes:,} Argo nodes, more than one workflow holds ({MOST_NODES:,}): {way}.")
