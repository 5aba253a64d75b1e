"""Which registered version is deployed: chosen once, so that all that follows means the same one."""

from astor.registry import versions
from astor.registry.choose import ARGUMENT, choose
from astor.registry.claims import CHAMPION
from astor.registry.standing import models
from astor.registry.weights import find_policy


def choose_version(mlflow_uri: str, store: str, model: str, alias: str, make_champion: bool) -> str:
    """NAME/VERSION of what is meant in the MLflow at `mlflow_uri`, which becomes champion first where it is to.

    Args:
        store: whose claims say who is champion.
        model: registered model, or NAME/VERSION; empty: the only one.
        alias: of the version, where none is named.

    Raises:
        UserError: there is no such version, its weights are not there, or another became champion meanwhile.
    """
    wanted = choose(mlflow_uri, model, alias, None, ARGUMENT)
    if make_champion and models(mlflow_uri)[wanted.name].get(CHAMPION) != wanted.version:
        find_policy(mlflow_uri, wanted, store)
        versions.promote(mlflow_uri, store, wanted)
    return f"{wanted.name}/{wanted.version}"
