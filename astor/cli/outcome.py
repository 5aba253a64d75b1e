"""The end of `astor run`: scores, the gate, the registry as it is now, and the command that serves the policy."""

import json
import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from astor.cli.store import DEFAULT
from astor.errors import UserError
from astor.masking import masked
from astor.registry.standing import Standing, standing
from astor.run.models import kept_digest
from astor.run.outcome import Outcome
from astor.run.result import report_page
from astor.run.run import Run
from astor.storage import find


def print_outcome(console: Console, run: Run, result: dict[str, Any], just_registered: bool) -> None:
    """Print what a finished run came to; the last line is the result as JSON, with the alias that it has now.

    What was `just_registered` has the alias that it got; otherwise MLflow is asked, whose import takes seconds.
    """
    say = partial(console.print, markup=False, soft_wrap=True)
    outcome = Outcome(run)
    temperature, samples = run.recipe.evaluation.temperature, run.recipe.evaluation.samples
    title = f"Held-out prompts, {samples} sampled at temperature {temperature:g}, 95 % interval"
    table = Table("task", "prompts", "before", "after", title=title)
    for row in outcome.rows():
        table.add_row(*row)
    console.print(table)
    for name, told in outcome.remarks():
        say(f"{name:<9} {told}")
    page = report_page(run)
    if run.places.is_remote or Path(page).exists():
        say(f"report    {page}")
    digest = kept_digest(run, outcome.decision.challenger_digest)
    now, unknown = (_registered(result), "") if just_registered else _standing(run, result, digest)
    say(f"model     {_told(run, result, now) if now else unknown}")
    own = now.own if now else []
    if command := _serving(run, own, digest):
        say(f"serve it  {shlex.join(command)}")
    typer.echo(json.dumps(result | {"alias": own[0] if own else None, "report": page}))


def _registered(result: dict[str, Any]) -> Standing:
    """How the policy stands as it was registered."""
    version = result["model"].rpartition("/")[2]
    return Standing(version, {result["alias"]: version})


def _standing(run: Run, result: dict[str, Any], digest: str) -> tuple[Standing | None, str]:
    """How the policy stands in the registry; None and why where MLflow does not say: scores are told without it."""
    try:
        return standing(run.services.tracking_uri, run.recipe.tracking.model, digest), ""
    except UserError as error:
        return None, f"{result['model']} when the run ended, and what it is now is unknown: {error}"


def _told(run: Run, result: dict[str, Any], now: Standing) -> str:
    name, uri = run.recipe.tracking.model, masked(run.services.tracking_uri)
    if now.version is None:
        return f"not in MLflow at {uri}; it was registered as {result['model']} when the run ended"
    if now.own:
        return f"{name}/{now.version} is now {' and '.join(now.own)} in MLflow at {uri}"
    others = ", ".join(f"{alias} is version {version}" for alias, version in sorted(now.aliases.items()))
    return f"{name}/{now.version} has no alias now in MLflow at {uri}: {others or 'no version has any'}"


def _serving(run: Run, aliases: Sequence[str], digest: str) -> list[str]:
    """The command that serves the policy, by its alias or from where it was kept; empty where there is none."""
    if aliases:
        alias = [] if aliases[0] == "champion" else ["--alias", aliases[0]]
        store = [] if run.places.root == DEFAULT else ["--store", run.places.root]
        mlflow = ["--mlflow-uri", masked(run.recipe.tracking.uri)] if run.recipe.tracking.uri else []
        return ["astor", "serve", "--model", run.recipe.tracking.model, *alias, *store, *mlflow]
    kept = None if run.places.is_remote else find(f"{run.places.root}/models/{digest[:16]}")
    return ["astor", "serve", "--policy", f"{kept.uri}/{kept.manifest.attempt}/policy"] if kept else []
