"""The components that come before the first round."""

from typing import NamedTuple

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def resolve_recipe(
    recipe: str,
    overrides: dict,
    store: str,
    mlflow_uri: str,
    graph: dict,
    card: dsl.Output[dsl.Markdown],
) -> str:
    """Resolve a packaged recipe, or the text of one, with overrides; the run's recipe artifact.

    Args:
        recipe: name of a packaged recipe, or YAML text.
        overrides: dotted key of the recipe → value.
        store: URI below which runs, caches, references and models lie.
        mlflow_uri: MLflow tracking URI; empty: the recipe's own.
        graph: what of a recipe the pipeline was drawn by.
    """
    from pathlib import Path

    from astor.components.task import begin
    from astor.recipe.contradictions import refuse_contradictions
    from astor.recipe.graph import Graph
    from astor.recipe.load import load_recipe
    from astor.recipe.passwords import refuse_passwords
    from astor.run.checkpoints import require_within_reach
    from astor.run.first_card import first_card
    from astor.run.run import Run
    from astor.storage import try_store

    begin(store)
    if mlflow_uri:
        overrides = {**overrides, "tracking.uri": mlflow_uri}
    resolved = load_recipe(recipe, overrides)
    Graph.model_validate(graph).require(resolved)
    refuse_contradictions(resolved)
    run = Run(store, resolved)
    if run.places.is_remote:
        refuse_passwords({"store": store, **resolved.model_dump(mode="json")})
    try_store(store, writes=True)
    require_within_reach(run)
    committed = run.resolve()
    Path(card.path).write_text(first_card(run, committed))
    return str(committed)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def prepare(recipe: str, package_digest: str) -> NamedTuple("Prepared", prompts=str, references=str):  # type: ignore[valid-type]  # the form that KFP reads
    """Items of the sources → prompts, and references under a prefix of their own."""
    from astor.components.task import open_run
    from astor.steps.prepare import prepare

    with open_run(recipe) as run:
        prompts, references = prepare(run)
        return str(prompts), str(references)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def initialise(recipe: str, prompts: str, package_digest: str) -> str:
    """The model that the recipe names → policy_0, the reference policy."""
    from astor.components.task import open_run, ref
    from astor.steps.initialise import initialise

    with open_run(recipe) as run:
        return str(initialise(run, ref(prompts)).committed)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def plan(recipe: str, prompts: str, policy: str) -> NamedTuple("Planned", plan=str, champion=str):  # type: ignore[valid-type]  # the form that KFP reads
    """The first state and batch, the held-out and promotion batches, and the champion to compare with."""
    from astor.components.task import open_run, policy_in, ref
    from astor.run.champion import champion_of
    from astor.steps.plan import plan

    with open_run(recipe) as run:
        planned = plan(run, ref(prompts), policy_in(policy))
        return str(planned), str(champion_of(run, planned).committed)
