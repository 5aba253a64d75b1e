"""The commands of an endpoint: `astor serve` and `astor ask`."""

from pathlib import Path
from typing import Annotated

import typer

from astor.cli.store import DEFAULT, Store

MLflow = Annotated[str, typer.Option(envvar="MLFLOW_TRACKING_URI", help="MLflow; default: a file in the store.")]


def serve(
    model: Annotated[str, typer.Option(help="Registered model, or NAME/VERSION; default: the only one.")] = "",
    alias: Annotated[str, typer.Option(help="Alias of the version, where none is named.")] = "champion",
    policy: Annotated[str, typer.Option(help="A policy's directory, or the one a result names, instead.")] = "",
    store: Store = DEFAULT,
    mlflow_uri: MLflow = "",
    host: str = "127.0.0.1",
    port: int = 8000,
    api_keys: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keys of which clients show one, a line each.")
    ] = None,
    no_key: Annotated[bool, typer.Option("--no-key", help="Answer anyone who reaches --host without a key.")] = False,
    limits: Annotated[
        list[str], typer.Option("--limit", metavar="KEY=VALUE", help="As max_answers=256; docs/serving.md has all.")
    ] = [],
    tasks: Annotated[
        str, typer.Option(metavar="RECIPE", help="Recipe whose tasks can be asked, if the policy does not say which.")
    ] = "",
    kserve: Annotated[
        bool | None, typer.Option("--kserve/--no-kserve", help="KServe's routes too; default: where it is installed.")
    ] = None,
) -> None:
    """Answer OpenAI's API, and a policy's own tasks, with a registered model."""
    from astor.cli.serve import read_keys, serve_model
    from astor.recipe.load import parse_overrides

    keys = read_keys(api_keys)
    given = parse_overrides(limits)
    serve_model(model, alias, policy, store, mlflow_uri, host, port, keys, no_key, given, tasks, kserve)


def ask(
    task: Annotated[str, typer.Argument(help="As commit-message; of a wrong name it says which there are.")],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="What it is asked about; default: stdin.")] = None,
    fields: Annotated[
        list[str], typer.Option("--set", metavar="KEY=VALUE", help="A further field of the task, as 'call=f(4)'.")
    ] = [],
    url: Annotated[str, typer.Option(envvar="ASTOR_URL", help="The endpoint.")] = "http://127.0.0.1:8000",
) -> None:
    """Ask an endpoint one of its tasks, as `git diff --cached | astor ask commit-message`; prints the answer alone."""
    from astor.cli.ask import ask_task

    typer.echo(ask_task(task, file, fields, url))
