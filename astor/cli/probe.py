"""`astor data probe`: how hard the items of a prepared directory are for a policy; the last line is JSON."""

import json

import typer
from rich.console import Console

from astor.cli.display import Display
from astor.data.prepared import read_manifest
from astor.errors import UserError
from astor.policies.card import policy_directory
from astor.recipe.recipe import Recipe
from astor.run.progress import report_progress
from astor.run.run import Run
from astor.steps.probe import ProbeOptions, probe
from astor.storage import digest_directory, digest_json
from astor.training.first_policy import HuggingFaceOptions

console = Console(stderr=True, highlight=False)


def probe_directory(directory: str, recipe: Recipe, policy: str, options: ProbeOptions) -> None:
    """Probe `directory` with the recipe's tasks and `policy`, or the recipe's own."""
    read_manifest(directory)
    if not policy and recipe.policy.reads_demonstrations:
        raise UserError(f"The policy of {recipe.name} is made by a run: name the directory of one with --policy.")
    from astor.rollout.live import live_sampler
    from astor.run.threads import set_threads

    set_threads(recipe)
    with Run(".", recipe) as run, Display(console):
        origin = HuggingFaceOptions(path=policy) if policy else run.first_policy()
        asked = origin.make([], report_progress, run.services.ranks)
        if origin.chat is not None:
            asked.chat = asked.chat.with_options(origin.chat)
        name = digest_directory(policy_directory(policy)) if policy else digest_json(origin.identity())
        manifest = probe(directory, live_sampler(asked, recipe.rollout), run.tasks, run.services.sandbox, options, name)
    typer.echo(json.dumps(manifest.probed))
