"""The components of a collection of trajectories."""

from typing import NamedTuple

from kfp import dsl

from astor.components.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def resolve_collection(
    recipe: str,
    trajectories: int,
    turns: int,
    overrides: dict,
    store: str,
    mlflow_uri: str,
    provision: dict,
    card: dsl.Output[dsl.Markdown],
) -> NamedTuple("Resolved", recipe=str, options=str):  # type: ignore[valid-type]  # the form that KFP reads
    """Resolve a recipe with a task over turns, and how trajectories are collected on its problems.

    Args:
        recipe: name of a packaged recipe, or YAML text.
        trajectories: of each problem.
        turns: programs of each trajectory.
        overrides: dotted key of the recipe → value; collect.KEY is one of collecting, as collect.temperature.
        store: URI below which caches, runs and collections lie.
        mlflow_uri: MLflow tracking URI; empty: the recipe's own.
        provision: what the pipeline's tasks are provided with.
    """
    from pathlib import Path

    from astor.components.task import begin
    from astor.recipe.contradictions import refuse_contradictions
    from astor.recipe.load import load_recipe
    from astor.recipe.passwords import refuse_passwords
    from astor.recipe.provision import Provision
    from astor.run.first_card import first_card
    from astor.run.places import COLLECTIONS
    from astor.run.run import Run
    from astor.steps.collect import read_options, task_over_turns
    from astor.storage import try_store

    begin(store)
    prefix = "collect."
    given = {key.removeprefix(prefix): value for key, value in overrides.items() if key.startswith(prefix)}
    options = read_options({"trajectories": trajectories, "turns": turns, **given})
    of_recipe = {key: value for key, value in overrides.items() if not key.startswith(prefix)}
    if mlflow_uri:
        of_recipe["tracking.uri"] = mlflow_uri
    run = Run(store, load_recipe(recipe, of_recipe), folder=COLLECTIONS)
    Provision.model_validate(provision).require(run.recipe)
    task_over_turns(run)
    refuse_contradictions(run.recipe)
    if run.places.is_remote:
        refuse_passwords({"store": store, **run.recipe.model_dump(mode="json")})
    try_store(store, writes=True)
    committed = run.resolve()
    Path(card.path).write_text(first_card(run, committed))
    return str(committed), options.model_dump_json()


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def collect(
    recipe: str,
    options: str,
    prompts: str,
    policy: str,
    scalars: dsl.Output[dsl.Metrics],
    card: dsl.Output[dsl.Markdown],
) -> str:
    """The recipe's policy writes programs over turns on its problems, which become a source; its URI.

    `prompts` and `policy` were committed before, and are found.
    """
    import json
    from pathlib import Path

    from astor.components.task import open_run
    from astor.steps.collect import collect, collection_place, read_options

    with open_run(recipe) as run:
        given = read_options(json.loads(options))
        place = collection_place(run, given)
        collected = collect(run, place, given)
        for name in ("problems", "trajectories", "tokens"):
            scalars.log_metric(name, getattr(collected, name))
        train = {
            "data.sources": [{"type": "trajectories", "path": place}],
            "data.splits": run.recipe.data.splits.model_dump(),
            "data.prompts": collected.prompts,
        }
        told = f"# {collected.trajectories} trajectories on {collected.problems} problems\n\n- Lie in `{place}`\n"
        how = f"Overrides of a post-training of {run.recipe.name} that trains on them:"
        Path(card.path).write_text(f"{told}\n{how}\n\n```json\n{json.dumps(train, indent=1)}\n```\n")
        return place
