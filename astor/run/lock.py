"""The lock of a run: one command works on a run at a time, and others can see that it does."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from astor.errors import UserError
from astor.run.lease import leased

SUFFIX = ".lock"
GLANCE = Retrying(
    retry=retry_if_exception_type(BlockingIOError), wait=wait_fixed(0.05), stop=stop_after_delay(0.3), reraise=True
)
"""Who only looks whether a run is locked holds its lock for a moment."""


class LockedError(UserError):
    """Another command works on a run."""

    def __init__(self, uri: str) -> None:
        super().__init__(f"Another command works on {uri}: wait for it, or end it.")


@contextmanager
def alone(uri: str) -> Iterator[None]:
    """Hold the lock of the run at `uri`, so that no two commands write into one run: of this machine where its store is
    a directory.

    Raises:
        LockedError: another command holds it.
        UserError: the store cannot be written.
    """
    if "://" in uri:
        with ExitStack() as held:
            try:
                held.enter_context(leased(f"{uri}{SUFFIX}"))
            except BlockingIOError:
                raise LockedError(uri) from None
            yield
        return
    path = Path(f"{uri}{SUFFIX}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = GLANCE(_lock, path)
    except BlockingIOError:
        raise LockedError(uri) from None
    except OSError as error:
        root = uri.rpartition("/runs/")[0]
        raise UserError(f"The store {root} cannot be written ({error.strerror}): give another --store.") from None
    with file:
        yield


def is_held(uri: str) -> bool:
    """Whether a command of this machine works on the local run at `uri`; nothing is written."""
    try:
        with Path(f"{uri}{SUFFIX}").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _lock(path: Path) -> IO[str]:
    """The open file at `path`, locked: the one that lies there now, for a lock may be removed with its run."""
    while True:
        file = path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except BaseException:
            file.close()
            raise
        file.close()
