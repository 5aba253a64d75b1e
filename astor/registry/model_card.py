"""The model card of a policy, found where it was written: beside its kept copy, or among its run's artifacts."""

from pathlib import Path
from tempfile import TemporaryDirectory

from astor.policies.base_model import README
from astor.registry.connection import connect
from astor.registry.description import MODEL_CARD
from astor.registry.models import Registered
from astor.storage import PolicyRef, locate


def card_of(uri: str, version: Registered, kept: PolicyRef) -> str:
    """The card of a version of a model in the MLflow at `uri`, whose policy lies at `kept`."""
    for place in dict.fromkeys((kept.committed.uri, version.policy.committed.uri)):
        if card := _read(f"{place}/{README}"):
            return card
    return _of_run(uri, version.run_id) or _none(f"{version.name}/{version.version}")


def card_beside(place: str, name: str) -> str:
    """The card beside the policy at `place`, or one that says of `name` that it has none."""
    return _read(f"{place}/{README}") or _none(name)


def _read(place: str) -> str:
    """Empty where there is none."""
    store, key = locate(place)
    try:
        return store.read(key).decode()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _of_run(uri: str, run_id: str) -> str:
    """Empty where the run is gone, or has none."""
    from mlflow.exceptions import MlflowException

    with TemporaryDirectory(prefix="astor-card-") as directory:
        try:
            return Path(connect(uri).download_artifacts(run_id, MODEL_CARD, directory)).read_text()
        except (MlflowException, OSError):
            return ""


def _none(name: str) -> str:
    return (
        f"---\nlibrary_name: transformers\n---\n\n# {name}\n\nNothing more is known of it: no model card was found.\n"
    )
