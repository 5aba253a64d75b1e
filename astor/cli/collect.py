"""`astor data collect`."""

import json
import shlex
from collections.abc import Sequence

import typer
from rich.console import Console

from astor.cli.display import Display
from astor.cli.store import DEFAULT
from astor.recipe.load import load_recipe, parse_overrides
from astor.run.run import Run
from astor.steps.collect import Collected, CollectOptions, collect


def collect_trajectories(recipe: str, overrides: Sequence[str], store: str, out: str, options: CollectOptions) -> None:
    """Collect, or go on with it; the last line of output is what it came to, as JSON."""
    console = Console(stderr=True, highlight=False)
    with Display(console), Run(store, load_recipe(recipe, parse_overrides(overrides))) as run:
        collected = collect(run, out, options)
    line = f"train on them  {training_command(recipe, overrides, store, out, collected)}"
    console.print(line, markup=False, soft_wrap=True)
    typer.echo(json.dumps(collected._asdict() | {"policy": str(collected.policy)}))


def training_command(recipe: str, overrides: Sequence[str], store: str, directory: str, collected: Collected) -> str:
    """The command that trains on a collection with the recipe that it was made with."""
    changed = {
        "data.sources": [{"type": "trajectories", "path": directory}],
        "data.prompts": collected.prompts,
        "policy": {"type": "huggingface", "path": str(collected.policy)},
    }
    kept = [each for each in overrides if not each.startswith(tuple(changed))]
    sets = kept + [f"{key}={json.dumps(value)}" for key, value in changed.items()]
    command = ["astor", "run", recipe, *(word for each in sets for word in ("--set", each))]
    return shlex.join(command if store == DEFAULT else [*command, "--store", store])
