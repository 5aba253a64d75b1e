"""`astor compile`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
import yaml
from kfp import compiler

from astor.pipelines.platform import Platform
from astor.pipelines.post_training import post_training_pipeline
from astor.recipe.load import load_recipe


def compile_recipe(name: str, overrides: Mapping[str, Any], output: Path, store: str, platform: Platform) -> None:
    """Write the pipeline of the recipe `name` with its parameters' defaults set, so that it runs as it is.

    A packaged recipe is named in the parameter `recipe`; any other is written into it whole.
    """
    recipe = load_recipe(name, overrides)
    links = recipe.segments if recipe.granularity == "segment" else recipe.rounds
    text = yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False)
    packaged = "/" not in name and not Path(name).is_file() and not overrides
    pipeline = post_training_pipeline(
        name.removesuffix(".yaml") if packaged else text,
        links,
        recipe.granularity,
        store=store,
        evaluate_every=recipe.evaluation.every,
        platform=platform,
    )
    compiler.Compiler().compile(pipeline, str(output))
    typer.echo(f"{output}: {links} {recipe.granularity}s in a chain, {output.stat().st_size / 1024:.0f} KiB")
