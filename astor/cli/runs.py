"""`astor runs`: what there is in a store."""

import json

import typer
from rich.console import Console
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
    table.add_column("run", no_wrap=True, overflow="fold")  # a name is there to be copied
    for name in ("state", "rounds", "score", "size", "model", "changed"):
        table.add_column(
            name,
            justify="right" if name in ("rounds", "size") else "left",
            no_wrap=name in ("state", "rounds", "size"),
            overflow="fold",
            min_width=10 if name == "changed" else None,
        )
    for run in runs:
        state = f"[{COLOURS[run.state]}]{run.state}[/]"
        table.add_row(run.name, state, _rounds(run), _scores(run), size(run.bytes), run.model or "", _time(run.changed))
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
    return moment[:16].replace("T", " ")
