"""`astor data probe`: how hard the items of a prepared directory are for a policy; the last line is JSON."""

import json
from pathlib import Path

import typer
from rich.console import Console

from astor.cli.display import Display
from astor.data.prepared import read_manifest
from astor.errors import UserError
from astor.policies.options import TinyOptions
from astor.recipe.recipe import Recipe
from astor.steps.probe import ProbeOptions, probe
from astor.steps.run import Run

console = Console(stderr=True, highlight=False)


def probe_directory(directory: str, recipe: Recipe, policy: Path | None, options: ProbeOptions) -> None:
    """Probe `directory` with the recipe's tasks and `policy`, or the recipe's own."""
    read_manifest(directory)
    if policy is None and isinstance(recipe.policy, TinyOptions):
        raise UserError(f"The policy of {recipe.name} is made by a run: name the directory of one with --policy.")
    from astor.policies.policy import load_policy
    from astor.steps.initialise import make_policy
    from astor.steps.rollout import engine_of
    from astor.steps.threads import set_threads

    set_threads(recipe)
    with Run(".", recipe) as run, Display(console):
        asked = load_policy(policy) if policy else make_policy(run, "", recipe.policy)
        name = asked.card.digest if asked.card else str(policy or recipe.policy.model_dump())
        manifest = probe(directory, asked, engine_of(run), run.tasks, run.sandbox, options, name)
    typer.echo(json.dumps(manifest.probed))
