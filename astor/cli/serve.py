"""`astor serve`."""

from pathlib import Path

import typer

from astor.policies.card import policy_directory
from astor.registry.choose import OPTION, choose
from astor.registry.weights import find_policy
from astor.storage import load


def serve_model(model: str, alias: str, policy: str, store: str, mlflow_uri: str, host: str, port: int) -> None:
    """Serve the version of `model` that it names, or that has `alias`; or the policy in a directory."""
    name = model.partition("/")[0]
    if policy:
        directory = policy_directory(policy)
    else:
        uri = mlflow_uri or f"sqlite:///{Path(store).absolute() / 'mlflow.db'}"
        version = choose(uri, model, alias, None, OPTION)
        name, directory = version.name, load(find_policy(uri, version, store).committed).part("policy")
    from astor.serving.serve import serve  # torch and transformers, which take seconds

    name = name or "astor"

    def announce(address: str) -> None:
        typer.echo(f"{address}/v1 answers as {name}, from {directory}", err=True)

    serve(directory, host, port, name, announce)
