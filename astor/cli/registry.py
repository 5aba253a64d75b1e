"""The commands of the registry: `astor models`, `astor promote` and `astor rollback`."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from astor.cli.endpoint import MLflow
from astor.cli.store import DEFAULT, Store, mlflow_of, require_store

if TYPE_CHECKING:
    from rich.table import Table

    from astor.registry.versions import Listed


def models(
    model: Annotated[str, typer.Argument(metavar="[MODEL]", help="Registered model; default: all.")] = "",
    store: Store = DEFAULT,
    mlflow_uri: MLflow = "",
    as_json: Annotated[bool, typer.Option("--json", help="A list, in the last line, instead of a table.")] = False,
) -> None:
    """List registered versions, with their aliases, scores and where they are from."""
    from rich.console import Console

    from astor.masking import masked
    from astor.registry import versions
    from astor.registry.standing import models as known

    uri = _uri(store, mlflow_uri)
    found = versions.list_versions(uri, model) if known(uri) else []
    if as_json:
        typer.echo(json.dumps([each._asdict() for each in found]))
    elif not found:
        typer.echo(f"No model{f' {model}' if model else ''} is registered in MLflow at {masked(uri)}.")
    else:
        Console(highlight=False).print(_table(found))


def promote(
    model: Annotated[str, typer.Option(help="Registered model, or NAME/VERSION; default: the only one.")] = "",
    alias: Annotated[str, typer.Option(help="Alias of the version, where none is named.")] = "challenger",
    store: Store = DEFAULT,
    mlflow_uri: MLflow = "",
) -> None:
    """Make a registered version champion, whatever the gate said of it."""
    from astor.registry import versions
    from astor.registry.choose import OPTION, choose
    from astor.registry.weights import find_policy

    uri = _uri(store, mlflow_uri)
    wanted = choose(uri, model, alias, None, OPTION)
    find_policy(uri, wanted, store)
    before = versions.promote(uri, store, wanted)
    typer.echo(f"{wanted.name}/{wanted.version} is champion now{_instead(wanted.name, before)}.")


def rollback(
    model: Annotated[str, typer.Option(help="Registered model; default: the only one.")] = "",
    store: Store = DEFAULT,
    mlflow_uri: MLflow = "",
) -> None:
    """Make the version champion that was it before."""
    from astor.registry import versions
    from astor.registry.choose import OPTION, choose
    from astor.registry.weights import require_kept

    uri = _uri(store, mlflow_uri)
    name = choose(uri, model, None, None, OPTION).name
    require_kept(choose(uri, name, None, versions.before_champion(uri, name)[0], OPTION), store)
    now, before = versions.rollback(uri, store, name)
    typer.echo(f"{name}/{now} is champion again{_instead(name, before)}.")


def _table(found: "Sequence[Listed]") -> "Table":
    """A row for each version."""
    from rich.markup import escape
    from rich.table import Table

    tasks = list(dict.fromkeys(task for each in found for task in each.scores if task != "mean"))
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("model, run", "aliases", "gate", "registered", "policy", "mean"):
        table.add_column(name, justify="right" if name == "mean" else "left", no_wrap=True, overflow="fold")
    table.add_column("scores", overflow="fold")
    for each in found:
        name = f"{escape(each.model)}/{each.version}\n[dim]{escape(each.run)}[/]"
        gate = each.gate + (f"\n[dim]after {each.before}[/]" if each.before else "")
        scores = [f"{task} {each.scores[task]:.3f}" for task in tasks if task in each.scores]
        mean = f"{each.scores['mean']:.3f}" if "mean" in each.scores else ""
        when = f"{datetime.fromisoformat(each.registered):%d %b %H:%M}"
        table.add_row(name, ", ".join(each.aliases), gate, when, each.digest[:12], mean, ", ".join(scores))
    return table


def _uri(store: str, mlflow_uri: str) -> str:
    if not mlflow_uri:
        require_store(store)
    return mlflow_of(store, mlflow_uri)


def _instead(model: str, before: str) -> str:
    return f", in place of {model}/{before}" if before else ""
