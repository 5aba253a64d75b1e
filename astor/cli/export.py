"""`astor export`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from astor.cli.endpoint import MLflow
from astor.cli.store import DEFAULT, Store


def export(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="Registered model, NAME/VERSION, or a policy's directory or place.")
    ],
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The directory to write: new, or empty.")],
    alias: Annotated[str, typer.Option(help="Alias of the version, where none is named.")] = "champion",
    merge: Annotated[bool, typer.Option("--merge", help="Make an adapter part of its base's weights.")] = False,
    store: Store = DEFAULT,
    mlflow_uri: MLflow = "",
) -> None:
    """Write a policy and its model card into a directory that transformers and vLLM load."""
    from astor.policies.export import export_policy

    source, card = _find(model, alias, store, mlflow_uri)
    base = export_policy(source, directory, card, merge)
    typer.echo(f"{model} is in {directory}.")
    if base:
        typer.echo(f"It is an adapter to the model in {base}; --merge makes one model of both.")


def _find(model: str, alias: str, store: str, mlflow_uri: str) -> tuple[Path, str]:
    """The policy's directory, and its model card."""
    from astor.cli.store import mlflow_of, require_store
    from astor.policies.card import policy_directory
    from astor.registry.choose import OPTION, choose
    from astor.registry.model_card import card_beside, card_of
    from astor.registry.weights import find_policy
    from astor.storage import find, load

    if "://" in model or os.sep == model[:1] or Path(model).is_dir():
        artifact = find(model)
        return policy_directory(model), card_beside(artifact.uri if artifact else model, model)
    if not mlflow_uri:
        require_store(store)
    uri = mlflow_of(store, mlflow_uri)
    version = choose(uri, model, alias, None, OPTION)
    kept = find_policy(uri, version, store)
    return load(kept.committed).part("policy"), card_of(uri, version, kept)
