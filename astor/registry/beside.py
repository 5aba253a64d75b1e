"""What lies beside a database of MLflow's: named relative to it, so that both can be moved and copied together."""

import re
from pathlib import Path

from astor.registry.connection import ARTIFACTS, sqlite_file
from astor.storage import replacing


def relative(uri: str, place: str) -> str:
    """`place`, a path or URI, as MLflow at `uri` is told it: relative where it lies below the database's directory."""
    if "://" in place:
        return place
    path, directory = Path(place).absolute(), _directory(uri)
    if directory and path.is_relative_to(directory):
        return path.relative_to(directory).as_posix()
    return str(path)


def resolved(uri: str, place: str) -> str:
    """The path or URI of what MLflow at `uri` has as `place`."""
    directory = _directory(uri)
    return place if directory is None or ":/" in place else str(directory / place)


def location(uri: str, experiment: str) -> str | None:
    """Where artifacts of an experiment go that is made in MLflow at `uri`; None where its server says.

    Beside a database it is what MLflow calls a proxied location: a server that is started in the database's directory
    finds it in `mlartifacts`, where servers have it by default.
    """
    name = re.sub(r"[^\w.-]", "_", experiment)
    return f"{ARTIFACTS}{name}" if sqlite_file(uri) else None


def write_text(uri: str, artifact_uri: str, name: str, text: str) -> bool:
    """Write an artifact of a run whose artifacts lie beside the database; False where they lie elsewhere."""
    directory = _directory(uri)
    if directory is None or not artifact_uri.startswith(ARTIFACTS):
        return False
    with replacing(directory / "mlartifacts" / artifact_uri.removeprefix(ARTIFACTS) / name) as draft:
        draft.write_text(text)
    return True


def _directory(uri: str) -> Path | None:
    database = sqlite_file(uri)
    return database.absolute().parent if database else None
