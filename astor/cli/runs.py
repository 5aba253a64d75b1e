"""`astor runs`: what there is in a store."""

import json
from datetime import UTC, datetime, timedelta

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from astor.cli.store import require_store
from astor.cli.words import size
from astor.run.listing import ListedRun, list_runs

COLOURS = {"finished": "green", "running": "cyan", "going on": "cyan", "interrupted": "yellow", "damaged": "red"}


def print_runs(store: str, as_json: bool) -> None:
    """Print the runs of the store as a table, or as JSON in the last line."""
    require_store(store)
    runs = list_runs(store)
    if as_json:
        typer.echo(json.dumps([run._asdict() for run in runs]))
        return
    console = Console(highlight=False)
    if not runs:
        console.print(f"There are no runs in {store}.", markup=False, soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("run, model", "state", "rounds", "score", "size", "changed"):
        table.add_column(
            name,
            justify="right" if name in ("rounds", "size") else "left",
            no_wrap=True,
            overflow="fold",
        )
    for run in runs:
        state = f"[{COLOURS[run.state]}]{run.state}[/]"
        name = f"{escape(run.name)}\n[dim]{escape(run.model)}[/]" if run.model else escape(run.name)
        table.add_row(name, state, _rounds(run), _scores(run), size(run.bytes), _time(run.changed))
    console.print(table)
    for run in runs:
        if run.problem:
            console.print(f"{run.name}: {run.problem}", markup=False, soft_wrap=True)


def _rounds(run: ListedRun) -> str:
    return f"{run.rounds_done}/{'?' if run.rounds is None else run.rounds}"


def _scores(run: ListedRun) -> str:
    """Mean over tasks on held-out prompts, sampled, of the first policy and of the latest."""
    before, after = ("" if score is None else f"{score:.3f}" for score in (run.score_before, run.score_after))
    return f"{before} → {after}" if after else before


def _time(moment: str) -> str:
    """UTC; of the last half year without the year, as `ls` has it."""
    when = datetime.fromisoformat(moment)
    return f"{when:%d %b %H:%M}" if datetime.now(UTC) - when < timedelta(days=180) else f"{when:%Y-%m-%d}"
