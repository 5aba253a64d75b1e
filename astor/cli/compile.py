"""`astor compile`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from astor.errors import UserError
from astor.explain import explain
from astor.launch.compilation import Compiled, compile_pipeline, recipe_parameter, require_remote, written
from astor.pipelines.collection import collection_pipeline
from astor.pipelines.deployment import deployment_pipeline
from astor.pipelines.platform import Platform, require_image
from astor.pipelines.registered_evaluation import registered_evaluation_pipeline
from astor.recipe.cluster import ClusterOptions
from astor.recipe.graph import links
from astor.recipe.load import load_recipe, override
from astor.recipe.provision import Provision
from astor.recipe.recipe import Recipe
from astor.sandbox.options import SandboxOptions
from astor.tasks.catalogue import make_tasks

COLLECTION = "cobalt"
"""The recipe that trajectories are collected with where the one that is compiled has no task over turns."""
DEPLOYMENT = "deployment"
"""What is compiled of that name has no recipe."""


def compile_named(name: str, overrides: Mapping[str, Any], output: Path, store: str) -> None:
    """Write the pipeline of the recipe `name`, or that of the deployment where that is its name."""
    if output.suffix not in (".yaml", ".yml"):
        raise UserError(f"The pipeline cannot be written to {output}: give a name that ends in .yaml.")
    if name == DEPLOYMENT:
        compile_deployment(overrides, output, store)
    else:
        compile_recipe(name, overrides, output, store)


def compile_recipe(name: str, overrides: Mapping[str, Any], output: Path, store: str) -> None:
    """Write the pipeline of the recipe `name` with its parameters' defaults set, so that it runs as it is.

    A packaged recipe is named in the parameter `recipe`; any other is written into it whole.
    """
    recipe = load_recipe(name, overrides)
    compiled = compile_pipeline(recipe, recipe_parameter(recipe, name), store)
    _write(compiled, output, f"{links(recipe)} {recipe.granularity}s in a chain")


def compile_deployment(overrides: Mapping[str, Any], output: Path, store: str) -> None:
    """Write the pipeline that promotes and deploys a registered version.

    Args:
        overrides: keys of the section `cluster` of a recipe.

    Raises:
        UserError: another key, or no cluster could run it.
    """
    if other := next((key for key in overrides if not key.startswith("cluster.")), None):
        raise UserError(
            f"--set {other}: the deployment has no recipe but a section cluster; its options are parameters."
        )
    if store:
        require_remote(store)
    asked = override({"cluster": {}}, overrides, DEPLOYMENT)["cluster"]
    try:
        cluster = ClusterOptions.model_validate(asked)
    except ValidationError as error:
        raise UserError(f"{DEPLOYMENT}: {explain(error, ClusterOptions, ('cluster',))}.") from error
    require_image(cluster)
    _write(written(deployment_pipeline(Platform(cluster=cluster), store)), output, "choose a version and deploy it")


def compile_all(name: str, overrides: Mapping[str, Any], output: Path, store: str) -> None:
    """Write into the directory `output` the pipelines that are uploaded once: the post-training of the recipe `name`,
    the collection of trajectories, the evaluation and the deployment of registered models, all on its cluster.

    Raises:
        UserError: no cluster could run them, or `output` is no directory.
    """
    if output.is_file() or output.suffix in (".yaml", ".yml"):
        raise UserError(f"--all writes several pipelines, and {output} is a file's name: give a directory.")
    if name == DEPLOYMENT:
        raise UserError(f"{DEPLOYMENT} is one of those that --all writes: name the recipe of the post-training.")
    recipe = load_recipe(name, overrides)
    compile_recipe(name, overrides, output / "post-training.yaml", store)
    platform, provision, where = Platform.of(recipe), Provision.of(recipe), _where_programs_run(recipe)
    if any(task.multi_turn for task in make_tasks(recipe.tasks).values()):
        collection = collection_pipeline(platform, provision, recipe_parameter(recipe, name), {}, store)
    else:
        collection = collection_pipeline(platform, provision, COLLECTION, where, store)
    evaluation = registered_evaluation_pipeline(platform, provision, where, store)
    for file, pipeline, what in (
        ("collection", collection, "collect trajectories over turns"),
        ("evaluation", evaluation, "choose models and evaluate them"),
        ("deployment", deployment_pipeline(platform, store), "choose a version and deploy it"),
    ):
        _write(written(pipeline), output / f"{file}.yaml", what)


def _where_programs_run(recipe: Recipe) -> dict[str, Any]:
    """Overrides by which another recipe, or suites, have programs run where this recipe has."""
    sandbox = recipe.sandbox
    if sandbox == SandboxOptions():
        return {}
    return {"sandbox": {"type": sandbox.type, **sandbox.model_dump(mode="json", exclude_defaults=True)}}


def _write(compiled: Compiled, output: Path, what: str) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(compiled.text)
    typer.echo(f"{output}: {compiled.name}, {what}, {output.stat().st_size / 1024:.0f} KiB")
