"""Stores as the command line names them."""

from pathlib import Path
from typing import Annotated

import typer

from astor.errors import UserError

DEFAULT = "astor-store"
"""A directory of the current one. What a run leaves is thus not between a user's own files."""

Store = Annotated[str, typer.Option(help="Directory or s3:// prefix below which runs, caches and models lie.")]


def mlflow_of(store: str, named: str) -> str:
    """Where MLflow is for those who ask for a registered model: `named`, or the file in the store `store`.

    Raises:
        UserError: none is named, and the store is remote.
    """
    if not named and "://" in store:
        raise UserError(f"MLflow has no place: give --mlflow-uri or set MLFLOW_TRACKING_URI, for {store} is remote.")
    return named or f"sqlite:///{Path(store).absolute() / 'mlflow.db'}"


def require_store(store: str) -> None:
    """UserError where the local directory `store` is not there, as after a slip: who only reads makes none."""
    if "://" not in store and not Path(store).is_dir():
        raise UserError(f"There is no store at {store or 'no name'}: run a recipe first, or name another --store.")
