"""What a run would take, before anything is spent."""

from astor.recipe.recipe import Recipe

SECONDS_PER_TASK = 20
"""What a KFP task costs on a cluster whatever it does: two pods of 10 s each with the stock controller."""
SECONDS_PER_NESTED_PIPELINE = 10


def estimate(recipe: Recipe, place: str) -> dict[str, str]:
    """Name → figure for people: rounds, prompts, tokens at most, tasks of the pipeline, storage.

    Tokens are upper bounds, of answers that all reach their task's longest length; the overhead is of a KFP server with
    the stock controller.
    """
    longest = max(getattr(options, "max_tokens", 0) * getattr(options, "turns", 1) for options in recipe.tasks.values())
    rollouts = recipe.rounds * recipe.batch.prompts * recipe.batch.rollouts
    counts, samples = recipe.data.prompts, recipe.evaluation.samples + 1
    evaluations = 2 + (max(recipe.rounds - 1, 0) // recipe.evaluation.every if recipe.evaluation.every else 0)
    judged = len(recipe.tasks) * samples * (evaluations * counts.held_out + 2 * counts.promotion)
    compared = 2 * counts.held_out * recipe.evaluation.samples * sum(map(_compared_tokens, recipe.tasks.values()))
    if recipe.granularity == "segment":
        tasks, nested = recipe.segments + 5, 0
    else:
        tasks, nested = 4 * recipe.rounds + 3 * (evaluations + 2) + 5, recipe.rounds + evaluations + 2
    overhead = tasks * SECONDS_PER_TASK + nested * SECONDS_PER_NESTED_PIPELINE
    checkpoints = recipe.rounds // recipe.checkpoint_every
    return {
        "lies in": place,
        "tasks": ", ".join(recipe.tasks),
        "rounds": f"{recipe.rounds}, of {recipe.batch.prompts} prompts with {recipe.batch.rollouts} rollouts each",
        "rollouts": f"{rollouts:,} in training, {judged:,} in {evaluations} evaluations and the gate",
        "tokens": f"at most {(rollouts + judged) * longest + compared:,} generated",
        "granularity": f"{recipe.granularity}: {tasks} pipeline tasks",
        "idle on a cluster": f"about {overhead / 60:.0f} minutes of starting pods",
        "storage": f"{checkpoints} checkpoints, the last two kept: each the policy and three times its fp32 size",
    }


def _compared_tokens(options: object) -> int:
    """Of one trajectory by which a run's first and last policy are compared, in tasks that do so over turns."""
    turns = getattr(options, "evaluated_turns", 1)
    return turns * getattr(options, "max_tokens", 0) if turns > 1 else 0
