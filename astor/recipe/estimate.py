"""What a run would take, before anything is spent."""

from astor.recipe.recipe import Recipe
from astor.tasks.catalogue import make_tasks
from astor.tasks.task import Task

SECONDS_PER_TASK = 20
"""What a KFP task costs on a cluster whatever it does: two pods of 10 s each with the stock controller."""
SECONDS_PER_NESTED_PIPELINE = 10


def estimate(recipe: Recipe, place: str) -> dict[str, str]:
    """Name → figure for people: rounds, prompts, tokens at most, tasks of the pipeline, storage.

    Tokens are upper bounds, of answers that all reach their task's longest length; the overhead is of a KFP server with
    the stock controller.
    """
    tasks = make_tasks(recipe.tasks).values()
    longest = max(task.options.max_tokens * (task.multi_turn.turns if task.multi_turn else 1) for task in tasks)
    rollouts = recipe.rounds * recipe.batch.prompts * recipe.batch.rollouts
    counts, samples = recipe.data.prompts, recipe.evaluation.samples + 1
    evaluations = 2 + (max(recipe.rounds - 1, 0) // recipe.evaluation.every if recipe.evaluation.every else 0)
    judged = len(recipe.tasks) * samples * (evaluations * counts.held_out + 2 * counts.promotion)
    compared = 2 * counts.held_out * recipe.evaluation.samples * sum(map(_compared_tokens, tasks))
    if recipe.granularity == "segment":
        steps, nested = recipe.segments + 5, 0
    else:
        steps, nested = 4 * recipe.rounds + 3 * (evaluations + 2) + 5, recipe.rounds + evaluations + 2
    overhead = steps * SECONDS_PER_TASK + nested * SECONDS_PER_NESTED_PIPELINE
    checkpoints = recipe.rounds // recipe.checkpoint_every
    return {
        "lies in": place,
        "tasks": ", ".join(recipe.tasks),
        "rounds": f"{recipe.rounds}, of {recipe.batch.prompts} prompts with {recipe.batch.rollouts} rollouts each",
        "rollouts": f"{rollouts:,} in training, {judged:,} in {evaluations} evaluations and the gate",
        "tokens": f"at most {(rollouts + judged) * longest + compared:,} generated",
        "granularity": f"{recipe.granularity}: {steps} pipeline tasks",
        "idle on a cluster": f"about {overhead / 60:.0f} minutes of starting pods",
        "storage": f"{checkpoints} checkpoints, the last two kept: each the policy and three times its fp32 size",
    }


def _compared_tokens(task: Task) -> int:
    """Most tokens of a trajectory by which a run's first and last policy are compared; 0 where they are not."""
    turns = task.multi_turn.evaluated_turns if task.multi_turn else 1
    return turns * task.options.max_tokens if turns > 1 else 0
