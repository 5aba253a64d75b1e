"""`astor data collect`."""

import json
from pathlib import Path

import typer
from rich.console import Console

from astor.cli.display import Display
from astor.recipe.recipe import Recipe
from astor.steps.collect import CollectOptions, collect
from astor.steps.run import Run


def collect_trajectories(recipe: Recipe, store: str, directory: Path, options: CollectOptions) -> None:
    """Collect, or go on with it; the last line of output is what it came to, as JSON."""
    console = Console(stderr=True, highlight=False)
    with Display(console), Run(store, recipe) as run:
        collected = collect(run, directory, options)
    sources = f"--set 'data.sources=[{{type: trajectories, path: {directory}}}]'"
    policy = f"--set 'policy={{type: huggingface, path: {collected.policy}}}'"
    prompts = f"--set 'data.prompts={json.dumps(collected.prompts)}'"
    line = f"train on them  astor run RECIPE {sources} {prompts} {policy}"
    console.print(line, markup=False, soft_wrap=True)
    typer.echo(json.dumps(collected._asdict() | {"policy": str(collected.policy)}))
