"""`astor prune`: what would go, how many bytes that is, and, once it is agreed to, its removal."""

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from astor.cli.store import require_store
from astor.cli.words import size
from astor.run.pruning import WHOLE, carry_out, find_removals
from astor.run.removal import LEFT_OVER, Removal


def prune_store(store: str, names: Sequence[str], mlflow_uri: str, yes: bool) -> None:
    """Print what would go and ask; the last line of output is what went, as JSON."""
    require_store(store)
    if mlflow_uri:
        os.environ["MLFLOW_TRACKING_URI"] = mlflow_uri  # Where a recipe names no other, it is its runs' own.
    console = Console(stderr=True, highlight=False)
    found = find_removals(store, names)
    for remark in found.remarks:
        console.print(remark, markup=False, soft_wrap=True)
    gone: list[Removal] = []
    if found.removals:
        _show(console, found.removals)
        if yes or _agreed(found.removals):
            # What has come into use while the question stood there stays.
            still = set(find_removals(store, names).removals)
            gone = list(carry_out(store, [one for one in found.removals if one in still]))
    else:
        console.print(f"There is nothing to remove in {store}.", markup=False, soft_wrap=True)
    typer.echo(json.dumps({"removed": _summed(gone), "bytes": sum(one.bytes for one in gone)}))


def _show(console: Console, removals: Sequence[Removal]) -> None:
    table = Table("of", "what goes", box=None, pad_edge=False, header_style="bold")
    for name in ("files", "size"):
        table.add_column(name, justify="right")
    for row in _summed(removals):
        table.add_row(row["of"], row["what"], str(row["files"]), size(row["bytes"]))
    console.print(table)
    if any(one.what not in (WHOLE, LEFT_OVER) and "/runs/" in one.uri for one in removals):
        console.print("A finished run keeps its scores, result and report, and cannot go on with more rounds.")


def _summed(removals: Sequence[Removal]) -> list[dict[str, Any]]:
    """What goes of each run or folder, kind by kind."""
    sums: defaultdict[tuple[str, str], list[Removal]] = defaultdict(list)
    for one in removals:
        sums[one.of, one.what].append(one)
    return [
        {"of": of, "what": what, "files": sum(one.files for one in those), "bytes": sum(one.bytes for one in those)}
        for (of, what), those in sums.items()
    ]


def _agreed(removals: Sequence[Removal]) -> bool:
    files, total = sum(one.files for one in removals), sum(one.bytes for one in removals)
    return typer.confirm(f"Remove {files} files, {size(total)}?", err=True)
