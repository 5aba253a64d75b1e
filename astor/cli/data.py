"""`astor data`: what a data set holds, and whether it holds what it claims."""

from typing import Annotated

import typer

app = typer.Typer(help="Data sets: prepare them, look at them, check them.", no_args_is_help=True)

Place = Annotated[str, typer.Argument(metavar="SOURCE", help="A file, a directory, s3://… or a name on the hub.")]
Format = Annotated[str, typer.Option("--format", help="What SOURCE holds; auto: told from its records.")]
