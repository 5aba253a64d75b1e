"""`astor sandbox`: what stands between a program and this machine, and a program's verdict."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from astor.cli.limits import CPU_SECONDS, MEMORY_MB, CpuSeconds, MemoryMb, OutputMb, WallSeconds, limits_of, way_out
from astor.errors import UserError

AllowImport = Annotated[
    list[str] | None,
    typer.Option(envvar="ASTOR_SANDBOX_LIBRARIES", help="Installed package that programs may import; once for each."),
]

app = typer.Typer(
    help="The sandbox by itself: check its layers, judge a program, serve a pool's clients.", no_args_is_help=True
)


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False) -> None:
    """Print which layers of isolation stand here; exit code 2 where one is missing that the sandbox needs."""
    from astor.sandbox import check_layers
    from astor.sandbox.isolation.layers import require

    layers = check_layers()
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(layer) for layer in layers]))
    else:
        table = Table("layer", "stands", "needed", "what it does, or why it does not stand")
        for layer in layers:
            stands = "[green]yes[/green]" if layer.stands else "[red]no[/red]"
            table.add_row(layer.name, stands, "yes" if layer.needed else "no", layer.why)
        Console().print(table)
    require(layers)


@app.command()
def judge(
    program: Annotated[Path, typer.Option(help="The program's source.")],
    entry: Annotated[
        str | None, typer.Option(help="Name of the function, or Solution.solve of a method; --stdin needs none.")
    ] = None,
    tests: Annotated[Path | None, typer.Option(help='JSON: a list of {"args": […], "expected": …}.')] = None,
    check: Annotated[Path | None, typer.Option(help="Python that defines check(candidate).")] = None,
    unittest: Annotated[Path | None, typer.Option(help="Python with classes of unittest.")] = None,
    pytest: Annotated[Path | None, typer.Option(help="Python with test functions as pytest's.")] = None,
    stdin: Annotated[Path | None, typer.Option(help='JSON: a list of {"stdin": text, "expected": text(s)}.')] = None,
    compare: Annotated[
        Literal["exact", "whitespace", "float"], typer.Option(help="When an output of --stdin is the expected one.")
    ] = "whitespace",
    checker: Annotated[
        Path | None, typer.Option(help="Program that decides on outputs of --stdin: it prints 1 for a right one.")
    ] = None,
    allow_import: AllowImport = None,
    cpu_seconds: CpuSeconds = CPU_SECONDS,
    wall_seconds: WallSeconds = None,
    memory_mb: MemoryMb = MEMORY_MB,
    output_mb: OutputMb = None,
) -> None:
    """Judge one program in exactly one way; prints one JSON line."""
    from astor.sandbox import SandboxOptions
    from astor.sandbox.judge.files import Way, judge_files

    ways: dict[Way, Path | None] = {
        "tests": tests,
        "check": check,
        "unittest": unittest,
        "pytest": pytest,
        "stdin": stdin,
    }
    given = [(way, path) for way, path in ways.items() if path is not None]
    if len(given) != 1:
        what = " and ".join(f"--{way}" for way, _ in given) or "none"
        names = ", ".join(f"--{way}" for way in ways)
        raise UserError(f"A program is judged in exactly one way, and here is {what}: give one of {names}.")
    ((way, path),) = given
    limits = limits_of(cpu_seconds, wall_seconds, memory_mb, output_mb)
    options = SandboxOptions(allowed_imports=tuple(allow_import or ()), limits=limits)
    verdict = judge_files(program, way, path, entry, compare, options, checker)
    if "reason" in verdict:
        verdict["reason"] = way_out(limits, verdict["reason"])
    typer.echo(json.dumps(verdict))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; other than loopback needs a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8080,
    workers: Annotated[int | None, typer.Option(min=1, help="Programs that run at once; default: one a core.")] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the clients' token; default: ASTOR_SANDBOX_TOKEN.")
    ] = None,
    max_queue: Annotated[int, typer.Option(min=1, help="Jobs that may wait.")] = 4096,
    max_jobs: Annotated[int, typer.Option(min=1, help="Jobs of one batch.")] = 1024,
    max_body_mb: Annotated[int, typer.Option(min=1, help="MiB of one request.")] = 64,
    drain_seconds: Annotated[int, typer.Option(min=0, help="How long batches may go on after SIGTERM.")] = 25,
    allow_import: AllowImport = None,
    openapi: Annotated[bool, typer.Option("--openapi", help="Print the interface as OpenAPI, and end.")] = False,
) -> None:
    """Serve the sandbox to a pool's clients; prints the address when it takes jobs. Ends on SIGTERM."""
    from astor.sandbox import SandboxOptions
    from astor.sandbox.pool.options import ServerOptions
    from astor.sandbox.pool.server import describe
    from astor.sandbox.pool.server import serve as serve_pool

    options = ServerOptions(
        sandbox=SandboxOptions(workers=workers, allowed_imports=tuple(allow_import or ())),
        max_queue=max_queue,
        max_jobs=max_jobs,
        max_body_mb=max_body_mb,
        drain_seconds=drain_seconds,
    )
    if openapi:
        typer.echo(describe(options))
    else:
        serve_pool(options, host, port, token_file, announce=typer.echo)
