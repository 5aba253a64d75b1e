"""`astor compile`."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import typer
import yaml
from kfp import compiler

from astor.errors import UserError
from astor.pipelines.deployment import deployment_pipeline
from astor.pipelines.platform import Platform
from astor.pipelines.post_training import post_training_pipeline
from astor.recipe.load import load_recipe

DEPLOYMENT = "deployment"
"""What is compiled of that name has no recipe."""


def compile_named(name: str, overrides: Mapping[str, Any], output: Path, store: str, platform: Platform) -> None:
    """Write the pipeline of the recipe `name`, or that of the deployment where that is its name."""
    compile_pipeline = compile_deployment if name == DEPLOYMENT else partial(compile_recipe, name)
    compile_pipeline(overrides, output, store, platform)


def compile_recipe(name: str, overrides: Mapping[str, Any], output: Path, store: str, platform: Platform) -> None:
    """Write the pipeline of the recipe `name` with its parameters' defaults set, so that it runs as it is.

    A packaged recipe is named in the parameter `recipe`; any other is written into it whole.
    """
    _check_output(output)
    recipe = load_recipe(name, overrides)
    links = recipe.segments if recipe.granularity == "segment" else recipe.rounds
    # On one line: KFP repeats defaults in a comment, which further lines would end, and its form has one-line fields.
    text = yaml.safe_dump(
        recipe.model_dump(mode="json"), sort_keys=False, default_flow_style=True, width=float("inf")
    ).strip()
    packaged = "/" not in name and not Path(name).is_file() and not overrides
    pipeline = post_training_pipeline(
        name.removesuffix(".yaml") if packaged else text,
        links,
        recipe.granularity,
        store=store,
        evaluate_every=recipe.evaluation.every,
        platform=platform,
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    compiler.Compiler().compile(pipeline, str(output))
    what = "segments" if recipe.granularity == "segment" else "rounds"
    typer.echo(f"{output}: {links} {what} in a chain, {output.stat().st_size / 1024:.0f} KiB")


def compile_deployment(overrides: Mapping[str, Any], output: Path, store: str, platform: Platform) -> None:
    """Write the pipeline that promotes and deploys a registered version. UserError where keys of a recipe are given."""
    _check_output(output)
    if overrides:
        raise UserError(f"--set {next(iter(overrides))}: the deployment has no recipe; its options are parameters.")
    output.parent.mkdir(parents=True, exist_ok=True)
    compiler.Compiler().compile(deployment_pipeline(platform, store), str(output))
    typer.echo(f"{output}: choose a version and deploy it, {output.stat().st_size / 1024:.0f} KiB")


def _check_output(output: Path) -> None:
    if output.suffix not in (".yaml", ".yml"):
        raise UserError(f"The pipeline cannot be written to {output}: give a name that ends in .yaml.")
