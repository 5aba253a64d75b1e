"""The components that come before the first round."""

from typing import NamedTuple

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def resolve_recipe(recipe: str, overrides: dict, store: str, mlflow_uri: str) -> str:
    """Resolve a packaged recipe, or the text of one, with overrides; the run's recipe artifact.

    Args:
        recipe: name of a packaged recipe, or YAML text.
        overrides: dotted key of the recipe → value.
        store: URI below which runs, caches, references and models lie.
        mlflow_uri: MLflow tracking URI; empty: the recipe's own.
    """
    from astor.recipe.load import load_recipe
    from astor.steps.failure import tell_failure
    from astor.steps.run import Run

    tell_failure()
    if mlflow_uri:
        overrides = {**overrides, "tracking.uri": mlflow_uri}
    return Run(store, load_recipe(recipe, overrides)).resolve()


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def prepare(recipe: str, package_digest: str) -> NamedTuple("Prepared", prompts=str, references=str):
    """Items of the sources → prompts, and references under a prefix of their own."""
    from astor.steps.prepare import prepare
    from astor.steps.run import Run

    with Run.open(recipe) as run:
        return tuple(prepare(run))


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def initialise(recipe: str, prompts: str, package_digest: str) -> str:
    """The model that the recipe names → policy_0, the reference policy."""
    from astor.steps.initialise import initialise
    from astor.steps.run import Run

    with Run.open(recipe) as run:
        return initialise(run, prompts)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def plan(recipe: str, prompts: str, policy: str) -> NamedTuple("Planned", plan=str, champion=str):
    """The first state and batch, the held-out and promotion batches, and the champion to compare with."""
    from astor.steps.plan import plan
    from astor.steps.run import Run

    with Run.open(recipe) as run:
        planned = plan(run, prompts, policy)
        return planned, run.read(planned, "champion").policy
