"""Runs on a cluster: `astor run --on cluster`, `astor runs --on cluster`, `astor resume`, `astor stop`."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from astor.cli.display import Display
from astor.cli.plan import time_in_words
from astor.cli.run import console, say
from astor.errors import UserError
from astor.launch.compilation import require_remote
from astor.launch.connection import Kfp
from astor.launch.following import Follower
from astor.launch.resumption import resume
from astor.launch.submission import latest, stop, submit
from astor.launch.submitted import Submission, find_submission, submissions
from astor.masking import masked
from astor.recipe.cluster import ClusterOptions
from astor.recipe.recipe import Recipe

COLOURS = {"SUCCEEDED": "green", "RUNNING": "cyan", "PENDING": "cyan", "FAILED": "red"}


def run_on_cluster(
    recipe: Recipe, store: str, fresh: bool, host: str, namespace: str, detach: bool, version: str
) -> None:
    """Submit a recipe, or follow the submission that computes its run; the last line of output is JSON."""
    if fresh:
        raise UserError("--fresh does not reach a cluster's store: give the recipe another name, which begins anew.")
    require_remote(store)
    cluster = recipe.cluster or ClusterOptions()
    kfp = Kfp(host or cluster.host, namespace or cluster.namespace)
    found = latest(kfp, recipe, store)
    if found and found.state == "SUCCEEDED" and found.recipe.rounds == recipe.rounds:
        say(f"This run is finished: {kfp.page('runs', found.run_id)}; more rounds go on with it.")
        _print_last(kfp, found)
        return
    if found and found.is_live:
        if found.recipe.rounds != recipe.rounds:
            raise UserError(
                f"{found.name} is being computed with {found.recipe.rounds} rounds: wait for its end, or astor stop "
                f"{found.run_id} ends it."
            )
        _say_where(kfp, found, "is being computed")
    else:
        found = submit(kfp, recipe, store, version, say)
        _say_where(kfp, found, "is submitted")
    _follow(kfp, found, detach)


def resume_on_cluster(
    named: str, overrides: Mapping[str, Any], host: str, namespace: str, detach: bool, version: str
) -> None:
    """Submit a run again, and follow it."""
    kfp = Kfp(host, namespace)
    found = resume(kfp, find_submission(kfp, named), overrides, version, say)
    _say_where(kfp, found, "goes on")
    _follow(kfp, found, detach)


def stop_on_cluster(named: str, host: str, namespace: str) -> None:
    """End a submission's pods."""
    kfp = Kfp(host, namespace)
    found = find_submission(kfp, named)
    stop(kfp, found)
    say(f"{found.name} is being stopped. astor resume {found.run_id} goes on from its last commit.")


def print_cluster_runs(host: str, namespace: str, as_json: bool) -> None:
    """Print the submissions as a table, or as JSON in the last line."""
    kfp = Kfp(host, namespace)
    known = list(submissions(kfp))
    if as_json:
        typer.echo(json.dumps([_told(kfp, one) for one in known]))
        return
    out = Console(highlight=False)
    if not known:
        out.print(f"There are no runs of astor in KFP at {kfp.host}.", markup=False, soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("run", "state", "begun", "took"):
        table.add_column(name, no_wrap=True, overflow="fold")
    for one in known:
        state = f"[{COLOURS.get(one.state, 'yellow')}]{one.state.lower()}[/]"
        name = f"{escape(one.name)}\n[dim]{one.run_id}[/]"
        table.add_row(name, state, f"{one.begun:%d %b %H:%M}", time_in_words(one.seconds))
    out.print(table)


def _say_where(kfp: Kfp, one: Submission, state: str) -> None:
    """Tell a submission's page in KFP and its experiment's in MLflow: found by name, for MLflow may be out of reach
    here, and the first task is what makes the experiment."""
    say(f"{one.name} {state}: {kfp.page('runs', one.run_id)}")
    uri, experiment = masked(one.recipe.tracking.uri or ""), one.recipe.tracking.experiment
    if uri.startswith(("http://", "https://")):
        found = f"{uri.rstrip('/')}/#/experiments?experimentSearchFilter={quote(experiment)}"
        say(f"MLflow shows it in the experiment {experiment}: {found}")


def _follow(kfp: Kfp, found: Submission, detach: bool) -> None:
    if not detach:
        try:
            with Display(console, goes_on=False):
                found = Follower(kfp, found, say).follow()
        except KeyboardInterrupt:
            say(f"Detached: the run goes on. The same command follows it; astor stop {found.run_id} ends it.")
    _print_last(kfp, found)


def _print_last(kfp: Kfp, found: Submission) -> None:
    typer.echo(json.dumps(_told(kfp, found)))


def _told(kfp: Kfp, one: Submission) -> dict[str, Any]:
    return {
        "run": one.name,
        "run_id": one.run_id,
        "state": one.state.lower(),
        "store": one.parameters["store"],
        "begun": one.begun.isoformat(),
        "seconds": round(one.seconds, 1),
        "page": kfp.page("runs", one.run_id),
    }
