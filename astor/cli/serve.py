"""`astor serve`."""

from pathlib import Path

import typer

from astor.errors import UserError
from astor.registry.models import registered
from astor.registry.weights import find_policy
from astor.storage import load


def serve_model(model: str, alias: str, policy: Path | None, store: str, mlflow_uri: str, host: str, port: int) -> None:
    """Serve the version of `model` that has `alias`, or the policy in a directory."""
    if policy is None:
        uri = mlflow_uri or f"sqlite:///{Path(store).absolute() / 'mlflow.db'}"
        version = registered(uri, model, alias)
        if version is None:
            raise UserError(f"No version of {model} has the alias {alias} in MLflow at {uri}: run a recipe first.")
        policy = load(find_policy(uri, version, store).committed).part("policy")
    from astor.serving.serve import serve  # torch and transformers, which take seconds

    def announce(address: str) -> None:
        typer.echo(f"{address}/v1 answers as {model}, from {policy}", err=True)

    serve(policy, host, port, model, announce)
