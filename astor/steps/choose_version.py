"""Which registered version is deployed: chosen once, so that all that follows means the same one."""

from typing import NamedTuple

from astor.registry import versions
from astor.registry.choose import ARGUMENT, choose
from astor.registry.claims import CHAMPION
from astor.registry.standing import models
from astor.registry.weights import find_policy


class Chosen(NamedTuple):
    """A version, and what was done with it."""

    version: str
    """NAME/VERSION."""
    told: str
    """One sentence on the champion."""


def choose_version(mlflow_uri: str, store: str, model: str, alias: str, make_champion: bool) -> Chosen:
    """What is meant in the MLflow at `mlflow_uri`, which becomes champion first where it is to.

    Args:
        store: whose claims say who is champion.
        model: registered model, or NAME/VERSION; empty: the only one.
        alias: of the version, where none is named.

    Raises:
        UserError: there is no such version, its weights are not there, or another became champion meanwhile.
    """
    wanted = choose(mlflow_uri, model, alias, None, ARGUMENT)
    chosen = f"{wanted.name}/{wanted.version}"
    champion = models(mlflow_uri)[wanted.name].get(CHAMPION, "")
    if champion == wanted.version:
        return Chosen(chosen, "It is champion.")
    if not make_champion:
        return Chosen(chosen, f"Champion is {wanted.name}/{champion}." if champion else "There is no champion.")
    find_policy(mlflow_uri, wanted, store)
    before = versions.promote(mlflow_uri, store, wanted)
    return Chosen(
        chosen, f"It became champion, in place of {wanted.name}/{before}." if before else "It became champion."
    )
