"""A recipe as the YAML of a KFP pipeline."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from kfp import compiler

from astor.errors import UserError
from astor.pipelines.platform import Platform
from astor.pipelines.post_training import post_training_pipeline
from astor.recipe.contradictions import refuse_contradictions
from astor.recipe.graph import Graph
from astor.recipe.load import load_recipe
from astor.recipe.overhead import require_holdable
from astor.recipe.passwords import refuse_passwords
from astor.recipe.recipe import Recipe
from astor.storage import digest_json, locate

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast, where PyYAML was built with it."""


class Compiled(NamedTuple):
    """A pipeline as KFP takes it."""

    name: str
    """The pipeline's, which all submissions of a recipe share."""
    text: str
    """YAML."""
    digest: str
    """SHA-256 of what it does: of all but its parameters' defaults, in which submissions differ."""


def compile_pipeline(recipe: Recipe, parameter: str, store: str) -> Compiled:
    """The pipeline of a recipe, with its parameters' defaults set.

    Args:
        recipe: which decides the chain, and what tasks ask of the cluster.
        parameter: default of the parameter `recipe`: a packaged recipe's name, or the text of one.
        store: default of the parameter `store`; empty: whoever runs the pipeline names it.

    Raises:
        UserError: no cluster could run it: it names no image or no remote store, holds a password, contradicts itself,
            or has a longer chain than one workflow holds.
    """
    if store:
        require_remote(store)
    refuse_passwords({"--store": store, **recipe.model_dump(mode="json")})
    require_holdable(recipe)
    refuse_contradictions(recipe)
    pipeline = post_training_pipeline(
        parameter,
        Graph.of(recipe),
        store=store,
        platform=Platform.of(recipe),
        name=f"post-training-{recipe.name}",
    )
    return written(pipeline)


def written(pipeline: Callable[..., Any]) -> Compiled:
    """A pipeline's function as YAML."""
    with tempfile.TemporaryDirectory(prefix="astor-") as directory:
        file = Path(directory) / "pipeline.yaml"
        compiler.Compiler().compile(pipeline, str(file))
        text = file.read_text()
    documents = list(yaml.load_all(text, LOADER))
    for value in documents[0]["root"]["inputDefinitions"]["parameters"].values():
        value.pop("defaultValue", None)
    return Compiled(documents[0]["pipelineInfo"]["name"], text, digest_json(documents))


def recipe_parameter(recipe: Recipe, name: str) -> str:
    """The parameter `recipe` of a pipeline: a packaged recipe by its `name`, any other whole, with its section cluster.

    On one line: KFP repeats defaults in a comment, which further lines would end, and its form has one-line fields.
    """
    is_packaged = "/" not in name and "\n" not in name and not Path(name).is_file()
    if is_packaged and load_recipe(name) == recipe.model_copy(update={"cluster": None}):
        return name.removesuffix(".yaml")
    return recipe_text(recipe)


def recipe_text(recipe: Recipe) -> str:
    """The resolved recipe as YAML on one line."""
    plain = recipe.model_dump(mode="json")
    return yaml.safe_dump(plain, sort_keys=False, default_flow_style=True, width=float("inf")).strip()


def require_remote(store: str) -> None:
    """UserError unless pods can reach the store."""
    if not store.startswith("s3://"):
        raise UserError(f"--store {store} is a directory of this machine, which no pod has: give s3://BUCKET/PREFIX.")
    locate(f"{store.rstrip('/')}/runs")  # says what is wrong with a bucket's name
