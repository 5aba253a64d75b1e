"""Whether a store can be used, before anything is spent on what goes into it."""

import os
import uuid
from pathlib import Path

from astor.errors import UserError
from astor.storage.artifact import locate
from astor.storage.s3 import S3Store


class OverwritesError(UserError):
    """A store writes twice what may be written once."""


def try_store(root: str, writes: bool) -> None:
    """Ask the store for something; with `writes` put what may be put once, twice, and remove it.

    Raises:
        UserError: no store is named, there is none of that name, or it cannot be written; OverwritesError: it
            overwrites what may be put once.
    """
    if not root:
        raise UserError("No store is named: give a directory, or s3://bucket/prefix.")
    store, key = locate(f"{root}/.trial-{uuid.uuid4().hex}")
    if isinstance(store, S3Store):
        store.reach()
    elif not writes:
        _try_directory(root)
    if not writes:
        return
    try:
        written = store.create(key, b"")
        again = store.create(key, b"")
        store.remove(key)
    except OSError as error:
        raise _closed(root, error.strerror or str(error)) from None
    if again or not written:
        raise OverwritesError(
            f"The store {root} overwrites what may be written once (it ignores If-None-Match), so that two tasks could "
            "undo each other's work: use an S3 server that has conditional writes, or a local --store."
        )


def _try_directory(root: str) -> None:
    path = Path(root).absolute()
    there = next(place for place in (path, *path.parents) if place.exists())
    if not there.is_dir():
        raise _closed(root, "Not a directory")
    if not os.access(there, os.W_OK | os.X_OK):
        raise _closed(root, "Permission denied")


def _closed(root: str, reason: str) -> UserError:
    return UserError(f"The store {root} cannot be written ({reason}): give another --store.")
