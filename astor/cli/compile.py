"""`astor compile`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
import yaml
from kfp import compiler

from astor.errors import UserError
from astor.pipelines.platform import Platform
from astor.pipelines.post_training import post_training_pipeline
from astor.recipe.load import load_recipe


def compile_recipe(name: str, overrides: Mapping[str, Any], output: Path, store: str, platform: Platform) -> None:
    """Write the pipeline of the recipe `name` with its parameters' defaults set, so that it runs as it is.

    A packaged recipe is named in the parameter `recipe`; any other is written into it whole.
    """
    if output.suffix not in (".yaml", ".yml"):
        raise UserError(f"The pipeline cannot be written to {output}: give a name that ends in .yaml.")
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
