"""A connection to MLflow that fails soon, and in words."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt

from astor.errors import UserError
from astor.masking import masked
from astor.waiting import waiting

if TYPE_CHECKING:
    from mlflow import MlflowClient

SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "15",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}
"""MLflow reads its settings from the environment; what is set there already stays. Its own defaults retry a server
that is not there for some minutes, and report usage to its makers."""

ARTIFACTS = "mlflow-artifacts:/"
"""Begins the location of artifacts that lie in `mlartifacts` beside a database, wherever that is."""

T = TypeVar("T")
PATIENCE = 180.0
"""Seconds that a server may be away where a run cannot go on without it. Our choice: two minutes, and a restart."""


def connect(uri: str) -> "MlflowClient":
    """A client of the tracking server and model registry at `uri`: `sqlite:///FILE` or a server's address."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    for name in ("alembic", "mlflow.store.db.utils"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they log of a failure is raised, too
    database = sqlite_file(uri)
    if database and not database.exists():
        _create(database)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def sqlite_file(uri: str) -> Path | None:
    """The file of a `sqlite:///` URI, None of any other."""
    return Path(uri.removeprefix("sqlite:///")) if uri.startswith("sqlite:///") else None


def _create(database: Path) -> None:
    """Make a database with MLflow's tables, whole or not at all.

    MLflow makes them step by step, cannot go on from half of them, and fails where two processes do it at once: hence
    aside, and then linked to where it belongs.
    """
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    database.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=database.parent, prefix=f".{database.name}-") as directory:
        draft = Path(directory) / database.name
        SqlAlchemyStore(f"sqlite:///{draft}", ARTIFACTS)
        with suppress(FileExistsError):
            os.link(draft, database)


def wait_for(uri: str, seconds: float = PATIENCE) -> None:
    """Return once MLflow at `uri` answers.

    Raises:
        UserError: it has not for `seconds`.
    """
    for attempt in waiting(lambda error: isinstance(error, UserError), seconds):
        with attempt, explained(uri):
            connect(uri).search_experiments(max_results=1)


def patiently(call: Callable[[], T], seconds: float = PATIENCE) -> T:
    """What `call` returns, which is called again while it fails because a server cannot be reached: nothing that it
    tells MLflow may do harm when it is told twice.

    Raises:
        UserError: as `call`, at once where the server answered, else after `seconds`.
    """
    return waiting(_is_unreachable, seconds)(call)


def _is_unreachable(error: BaseException | None) -> bool:
    """Whether an error goes back to a connection that could not be had, or broke."""
    from requests.exceptions import ConnectionError as Unreachable
    from requests.exceptions import Timeout

    while error is not None:
        if isinstance(error, Unreachable | Timeout):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def made_once() -> Iterator[None]:
    """Let whoever makes what another process has made meanwhile go on with that."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _raced(error: BaseException) -> bool:
    """Whether a database took one row and not another one like it. Through a server there is its sentence alone."""
    return "IntegrityError" in str(error) or "UniqueViolation" in str(error)


RACED = Retrying(retry=retry_if_exception(_raced), stop=stop_after_attempt(3), reraise=True)
"""Calls again what failed because another process made, at that moment, what both had looked for: now it is found."""


@contextmanager
def explained(uri: str) -> Iterator[None]:
    """Turn what MLflow raises into one sentence."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        reason = masked(str(error).strip().splitlines()[0])
        raise UserError(
            f"MLflow at {masked(uri)} cannot be used ({reason}): check tracking.uri, and that its server runs."
        ) from error
