"""What of a recipe contradicts itself, whatever machine its steps run on."""

from astor.errors import UserError
from astor.recipe.recipe import Recipe


def refuse_contradictions(recipe: Recipe) -> None:
    """UserError where a batch has more prompts than the recipe asks for, a policy begins with demonstrations and is
    given none, or answers leave no room for prompts in the context of the policy, where that is known here."""
    counts, policy = recipe.data.prompts, recipe.policy
    check_batch(recipe.batch.prompts if recipe.rounds else 0, len(recipe.tasks) * counts.train)
    if policy.reads_demonstrations and not sum(counts.demonstrations.values()):
        raise UserError("There are no demonstrations to start from: say in data.prompts.demonstrations how many.")
    size = policy.size()
    for key, options in recipe.tasks.items():
        if size and size.context and options.max_tokens >= size.context:
            raise UserError(
                f"tasks.{key}.max_tokens is {options.max_tokens}, and the policy's context, which prompt and answer "
                f"have together, is {size.context} tokens: lower max_tokens, or use a policy with a longer context."
            )


def check_batch(prompts: int, there: int) -> None:
    """UserError where a batch has more prompts than there are to train on."""
    if there < prompts:
        raise UserError(
            f"A batch has {prompts} prompts, and there are {there} to train on: lower batch.prompts to {there}, or "
            "give more items, or a larger data.splits.train or data.prompts.train."
        )
