"""`astor sandbox`: what stands between a program and this machine, and a program's verdict."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(help="The sandbox by itself: check its layers, judge a program.", no_args_is_help=True)


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False) -> None:
    """Print which layers of isolation stand here; exit code 2 where one is missing that the sandbox needs."""
    from astor.sandbox import check_layers
    from astor.sandbox.layers import require

    layers = check_layers()
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(layer) for layer in layers]))
    else:
        table = Table("layer", "stands", "what it does, or why it does not stand")
        for layer in layers:
            table.add_row(layer.name, "[green]yes[/green]" if layer.stands else "[red]no[/red]", layer.why)
        Console().print(table)
    require(layers)


@app.command()
def judge(
    program: Annotated[Path, typer.Option(help="The program's source.")],
    entry: Annotated[str, typer.Option(help="Name of the function that is called.")],
    tests: Annotated[Path | None, typer.Option(help='JSON: a list of {"args": […], "expected": …}.')] = None,
    check: Annotated[Path | None, typer.Option(help="Python that defines check(candidate).")] = None,
) -> None:
    """Judge one program; prints one JSON line."""
    from astor.sandbox import SandboxOptions, judge_files

    typer.echo(json.dumps(judge_files(program, entry, tests, check, SandboxOptions())))
