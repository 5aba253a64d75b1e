"""`astor serve`."""

import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from astor.errors import UserError
from astor.explain import explain
from astor.listening import is_loopback
from astor.policies.card import policy_directory
from astor.registry.models import registered
from astor.registry.standing import models
from astor.registry.weights import find_policy
from astor.serving.limits import Limits
from astor.storage import load

KEYS_VARIABLE = "ASTOR_API_KEYS"


def serve_model(
    model: str,
    alias: str,
    policy: Path | None,
    store: str,
    mlflow_uri: str,
    host: str,
    port: int,
    keys: Sequence[str],
    no_key: bool,
    limits: Mapping[str, Any],
) -> None:
    """Serve the version of `model` that has `alias`, or the policy in a directory.

    Raises:
        UserError: there is no such model, or anyone elsewhere could ask without a key where that was not allowed.
    """
    bounds = read_limits(limits)
    if not keys and not no_key and not is_loopback(host):
        raise UserError(
            f"{host} can be reached from elsewhere and the endpoint has no key: give --api-keys FILE or set "
            f"{KEYS_VARIABLE}, listen on 127.0.0.1, or say --no-key where something before it checks who asks."
        )
    if policy is None:
        uri = mlflow_uri or f"sqlite:///{Path(store).absolute() / 'mlflow.db'}"
        model = choose(uri, model, alias)
        version = registered(uri, model, alias)
        assert version is not None, "it was chosen among those that there are"
        policy = load(find_policy(uri, version, store).committed).part("policy")
    policy = policy_directory(policy)
    from astor.serving.serve import serve  # torch and transformers, which take seconds

    name = model or "astor"

    def announce(address: str) -> None:
        typer.echo(f"{address}/v1 answers as {name}, from {policy}", err=True)

    serve(policy, host, port, name, announce, bounds, keys)


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
    keys = text.split("\n")
    keys = [key.strip() for key in keys if key.strip()]
    if not keys or not all(key.isprintable() and key.isascii() and " " not in key for key in keys):
        raise UserError(f"{where} holds no keys: write one of printable ASCII without spaces into each line.")
    return keys


def read_limits(given: Mapping[str, Any]) -> Limits:
    """The limits, those that are given among them. UserError where one is no limit, or out of its range."""
    try:
        return Limits.model_validate(dict(given))
    except ValidationError as error:
        raise UserError(f"--limit: {explain(error, Limits)}.") from error


def choose(uri: str, model: str, alias: str) -> str:
    """The model that has the alias: the one named, or the only one.

    Raises:
        UserError: there is no such model or alias; it lists those that there are.
    """
    known = models(uri)
    if not known:
        raise UserError(f"No model is registered in MLflow at {uri}: name the --store of a run, or --mlflow-uri.")
    names = ", ".join(sorted(known))
    if not model and len(known) > 1:
        raise UserError(f"There are several models in MLflow at {uri}: choose --model among {names}.")
    model = model or names
    if model not in known:
        hint = _hint(model, list(known), "--model")
        raise UserError(f"There is no model {model} in MLflow at {uri}: {hint}.")
    if alias not in known[model]:
        aliases = [f"{name} (version {version})" for name, version in sorted(known[model].items())]
        there = f"it has {', '.join(aliases)}" if aliases else "it has none, so give one to a version in MLflow"
        near = get_close_matches(alias, known[model], n=1) or list(known[model])[:1]
        way = f": give --alias {near[0]}" if near else ""
        raise UserError(f"No version of {model} has the alias {alias} in MLflow at {uri}; {there}{way}.")
    return model


def _hint(name: str, known: list[str], option: str) -> str:
    if "/" in name and name.partition("/")[0] in known:
        return f"a version is chosen by its alias, so give {option} {name.partition('/')[0]} and --alias"
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}" if near else f"there are {', '.join(sorted(known))}"
