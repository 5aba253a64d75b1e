"""What can be known to go wrong before the first expensive step, told before it."""

from astor.data.catalogue import make_source
from astor.errors import UserError
from astor.recipe.recipe import Recipe
from astor.registry.connection import sqlite_file, wait_for
from astor.run.checkpoints import require_within_reach
from astor.run.registered import first_policy
from astor.run.run import Run


def preflight(run: Run) -> None:
    """Check what a run needs from the beginning to the end; nothing is written.

    Raises:
        UserError: it could not come to its end: a source or a policy is not there, the batch is larger than the
            prompts, answers are longer than the context, a tiny policy has nothing to start from, MLflow is away, or
            the registered model that the run begins from cannot be read.
    """
    recipe = run.recipe
    require_within_reach(run)
    _check_sources(recipe)
    _check_policy(recipe)
    most = len(recipe.tasks) * recipe.data.prompts.train
    if recipe.rounds and most < recipe.batch.prompts:
        raise UserError(
            f"A batch has {recipe.batch.prompts} prompts, and there are at most {most} to train on: "
            f"lower batch.prompts to {most}, or raise data.prompts.train."
        )
    if run.artifacts.find(run.places.at("plan")):
        return
    uri = run.services.tracking_uri
    if sqlite_file(uri) is None:
        wait_for(uri, seconds=0)
    first_policy(recipe, run.services, run.places.root, began=None)


def _check_sources(recipe: Recipe) -> None:
    for number, options in enumerate(recipe.data.sources):
        place = getattr(options, "path", None)
        if place is not None and not make_source(options, recipe.data.splits).contents():
            raise UserError(f"There is nothing at {place}, which data.sources.{number}.path names: check the path.")


def _check_policy(recipe: Recipe) -> None:
    policy, place = recipe.policy, getattr(recipe.policy, "path", None)
    if place is not None and not policy.contents():
        raise UserError(f"There is no model at {place}, which policy.path names: give a Hugging Face directory.")
    if policy.reads_demonstrations and not sum(recipe.data.prompts.demonstrations.values()):
        raise UserError("There are no demonstrations to start from: say in data.prompts.demonstrations how many.")
    context = getattr(policy, "context", None)
    for key, options in recipe.tasks.items():
        if context is not None and options.max_tokens >= context:
            raise UserError(
                f"tasks.{key}.max_tokens is {options.max_tokens}, and prompt and answer have policy.context, {context} "
                "tokens, together: raise policy.context, or lower max_tokens."
            )
