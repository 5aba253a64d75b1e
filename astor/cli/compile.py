"""`astor compile`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from astor.errors import UserError
from astor.launch.compilation import compile_pipeline, recipe_parameter
from astor.recipe.chain import links
from astor.recipe.load import load_recipe


def compile_recipe(name: str, overrides: Mapping[str, Any], output: Path, store: str) -> None:
    """Write the pipeline of the recipe `name` with its parameters' defaults set, so that it runs as it is.

    A packaged recipe is named in the parameter `recipe`; any other is written into it whole.
    """
    if output.suffix not in (".yaml", ".yml"):
        raise UserError(f"The pipeline cannot be written to {output}: give a name that ends in .yaml.")
    recipe = load_recipe(name, overrides)
    compiled = compile_pipeline(recipe, recipe_parameter(recipe, name, overrides), store)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(compiled.text)
    typer.echo(
        f"{output}: {compiled.name}, {links(recipe)} {recipe.granularity}s in a chain, "
        f"{output.stat().st_size / 1024:.0f} KiB"
    )
