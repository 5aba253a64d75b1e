"""How much work a recipe is, counted from it alone."""

from typing import NamedTuple

from astor.recipe.recipe import Recipe
from astor.tasks.catalogue import make_tasks
from astor.tasks.task import Task

JUDGED_IN = 10.0
"""Seconds in which a sandbox should judge a round. Our choice: a pod's start."""
PROGRAM, STUCK = 0.01, 0.1
"""CPU seconds of an answer that comes to its end, some programs of a tenth of that on its tests or mutants; and share
of answers that run into their limit of CPU seconds. Our choice: a policy that learns comes to less."""


class Workload(NamedTuple):
    """What a whole run does."""

    trained: int
    """Rollouts of its rounds."""
    judged: int
    """Rollouts of its evaluations and of the gate, greedy ones among them."""
    evaluations: int
    """On held-out prompts."""
    most_tokens: int
    """Tokens generated where every answer reaches its task's longest length."""
    pipeline_tasks: int
    checkpoints: int


def workload(recipe: Recipe) -> Workload:
    """The work of a recipe whose tasks get as many prompts as it asks for."""
    tasks = make_tasks(recipe.tasks).values()
    longest = max(task.options.max_tokens * (task.multi_turn.turns if task.multi_turn else 1) for task in tasks)
    trained = recipe.rounds * recipe.batch.prompts * recipe.batch.rollouts
    counts, samples = recipe.data.prompts, recipe.evaluation.samples + 1
    evaluations = 2 + (max(recipe.rounds - 1, 0) // recipe.evaluation.every if recipe.evaluation.every else 0)
    gated = 2 * counts.promotion * sum(2 if task.asks_apart else 1 for task in tasks)
    judged = samples * (len(recipe.tasks) * evaluations * counts.held_out + gated)
    compared = 2 * counts.held_out * recipe.evaluation.samples * sum(map(_compared_tokens, tasks))
    by_segment = recipe.granularity == "segment"
    return Workload(
        trained=trained,
        judged=judged,
        evaluations=evaluations,
        most_tokens=(trained + judged) * longest + compared,
        pipeline_tasks=recipe.segments + 5 if by_segment else 4 * recipe.rounds + 3 * (evaluations + 2) + 7,
        checkpoints=-(-recipe.rounds // recipe.checkpoint_every),
    )


def _compared_tokens(task: Task) -> int:
    """Most tokens of a trajectory by which a run's first and last policy are compared; 0 where they are not."""
    turns = task.multi_turn.evaluated_turns if task.multi_turn else 1
    return turns * task.options.max_tokens if turns > 1 else 0


def sandbox_cores(recipe: Recipe) -> float:
    """Cores of the sandbox for each rollout of a round, so that all are judged in `JUDGED_IN`. An estimate."""
    slow = STUCK * recipe.sandbox.limits.cpu_seconds
    return ((1 - STUCK) * PROGRAM + slow) / JUDGED_IN
