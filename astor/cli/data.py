"""`astor data`: what a data set holds, and whether it holds what it claims."""

from typing import Annotated

import typer

app = typer.Typer(help="Data sets: prepare them, look at them, check them.", no_args_is_help=True)

Place = Annotated[str, typer.Argument(metavar="SOURCE", help="A file, a directory, s3://… or owner/name on the hub.")]
Format = Annotated[str, typer.Option("--format", help="What SOURCE holds; auto: told from its records.")]


@app.command()
def inspect(source: Place, format: Format = "auto") -> None:
    """Print what SOURCE or a prepared directory holds: counts, lengths, difficulty, licences, a few items."""
    from astor.cli.inspect import inspect_source

    inspect_source(source, format)


@app.command()
def validate(
    source: Place,
    format: Format = "auto",
    write: Annotated[
        bool, typer.Option("--write", help="Take the items that fail out of SOURCE, a prepared directory.")
    ] = False,
    cpu_seconds: Annotated[float, typer.Option(min=0.1, help="CPU seconds of one program.")] = 2.0,
) -> None:
    """Run every reference solution on its own tests; the last line is the result as JSON."""
    from astor.cli.validate import validate_source

    validate_source(source, format, write, cpu_seconds)
