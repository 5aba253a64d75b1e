"""`astor serve`."""

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from astor.cli.store import mlflow_of
from astor.errors import UserError
from astor.explain import explain
from astor.listening import is_loopback
from astor.policies.card import policy_directory
from astor.recipe.load import load_recipe
from astor.registry.choose import OPTION, choose
from astor.registry.weights import find_policy
from astor.serving.last_served import recall, remember
from astor.serving.limits import Limits
from astor.storage import load
from astor.tasks.trained import doors_of, find_doors

KEYS_VARIABLE = "ASTOR_API_KEYS"


def serve_model(
    model: str,
    alias: str,
    policy: str,
    store: str,
    mlflow_uri: str,
    host: str,
    port: int,
    keys: Sequence[str],
    no_key: bool,
    limits: Mapping[str, Any],
    tasks: str,
    kserve: bool | None,
) -> None:
    """Serve the version of `model` that it names, or that has `alias`; or the policy in a directory. Its tasks are
    those that it was trained on, or those of the recipe `tasks`. KServe's routes are there where its package is, or as
    `kserve` says.

    Raises:
        UserError: there is no such model, or anyone elsewhere could ask without a key where that was not allowed.
    """
    bounds, name, by_kserve = read_limits(limits), model.partition("/")[0], has_kserve(kserve)
    if not keys and not no_key and not is_loopback(host):
        raise UserError(
            f"{host} can be reached from elsewhere and the endpoint has no key: give --api-keys FILE or set "
            f"{KEYS_VARIABLE}, listen on 127.0.0.1, or say --no-key where something before it checks who asks."
        )
    if policy:
        directory = policy_directory(policy)
    else:
        name, directory = find_version(model, alias, store, mlflow_of(store, mlflow_uri))
    doors = doors_of(load_recipe(tasks).tasks) if tasks else find_doors(directory)
    from astor.serving.serve import serve  # torch and transformers, which take seconds

    name = name or "astor"

    def announce(address: str) -> None:
        typer.echo(f"{address}/v1 answers as {name}, from {directory}", err=True)

    serve(directory, host, port, name, announce, bounds, keys, doors, by_kserve)


def find_version(model: str, alias: str, store: str, uri: str) -> tuple[str, Path]:
    """The model's name, and where the version's policy lies on this machine.

    It is the version that was served last, and that is said, where MLflow cannot be asked, or where the version is
    still the same and its place cannot be read.

    Raises:
        UserError: there is none, or it cannot be had and was never served from here.
    """
    question, digest = (uri, model, alias, store), None
    try:
        version = choose(uri, model, alias, None, OPTION)
        digest = version.policy.digest
        directory = load(find_policy(uri, version, store).committed).part("policy")
    except UserError as error:
        is_away = digest is None and error.__cause__ is not None
        last = recall(question) if is_away or digest else None
        if last is None or digest not in (None, last.digest):
            raise
        what = f"version {last.version} of {last.name}, which was served here on {last.day}"
        typer.echo(f"{str(error).rstrip('.')}. Served is {what}.", err=True)
        return last.name, last.directory
    try:
        remember(question, version.name, version.version, digest, directory)
    except OSError as error:  # as in a pod whose file system is read-only; it is for another start alone
        typer.echo(f"What is served is not remembered for the time when MLflow is away ({error}).", err=True)
    return version.name, directory


def has_kserve(asked: bool | None) -> bool:
    """Whether KServe's routes are there: as asked, by default where its package is. UserError where that is missing."""
    installed = find_spec("kserve") is not None
    if asked and not installed:
        raise UserError("--kserve needs the package kserve, which is not installed: pip install 'astor-rl[kserve]'.")
    return installed if asked is None else asked


def read_keys(file: Path | None) -> list[str]:
    """The keys in `file` or in ASTOR_API_KEYS, a line each; none where neither is given.

    Raises:
        UserError: the file cannot be read, or a line is no key.
    """
    text, where = os.environ.get(KEYS_VARIABLE), KEYS_VARIABLE
    if file is not None:
        where = str(file)
        try:
            text = file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"The file of keys {file} can't be read ({error}): give a file of ASCII text.") from error
    if text is None:
        return []
    keys = [key.strip() for key in text.split("\n") if key.strip()]
    if not keys or not all(key.isprintable() and key.isascii() and " " not in key for key in keys):
        raise UserError(f"{where} holds no keys: write one of printable ASCII without spaces into each line.")
    return keys


def read_limits(given: Mapping[str, Any]) -> Limits:
    """The limits, those that are given among them. UserError where one is no limit, or out of its range."""
    try:
        return Limits.model_validate(dict(given))
    except ValidationError as error:
        raise UserError(f"--limit: {explain(error, Limits)}.") from error
