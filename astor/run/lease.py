"""A lock in a bucket: a file that its holder writes again and again, so that nobody waits long for who was killed."""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from astor.errors import UserError
from astor.run.failure import warn
from astor.storage import locate
from astor.storage.store import Store

BEAT = 10.0
"""Seconds between two writings. Our choice: one small file is nothing beside a step."""
SILENCE = 30.0
"""Seconds without one after which nobody holds it. Our choice: three beats; one may be late on a busy machine."""


@contextmanager
def leased(uri: str) -> Iterator[None]:
    """Hold the lock whose file is `uri`. It spares people work that is done twice or undone. What is committed does not
    rest on it (docs/decisions/commit-once.md): a holder that falls silent and goes on is not told that it lost.

    Raises:
        BlockingIOError: somebody else holds it, which is known after a beat.
        UserError: the store cannot be written.
    """
    store, key = locate(uri)
    while not store.create(key, _beat()):
        warn(f"{uri} is there: this command goes on in {SILENCE:g} seconds unless another writes it meanwhile.")
        if _is_written(store, key):
            raise BlockingIOError(uri)
        store.remove(key)
    done = threading.Event()
    holder = threading.Thread(target=_hold, args=(store, key, done), daemon=True)
    holder.start()
    try:
        yield
    finally:
        done.set()
        holder.join()
        with suppress(UserError):  # S3 is away; what happened meanwhile is what people must see
            store.remove(key)


def _hold(store: Store, key: str, done: threading.Event) -> None:
    while not done.wait(BEAT):
        with suppress(UserError):  # S3 is away, which whoever works with it finds out
            store.replace(key, _beat())


def _is_written(store: Store, key: str) -> bool:
    """Whether somebody writes the file anew. It may be given back meanwhile."""
    with suppress(FileNotFoundError):
        found, deadline = store.read(key), time.monotonic() + SILENCE
        while time.monotonic() < deadline:
            time.sleep(min(1.0, BEAT))
            if store.read(key) != found:
                return True
    return False


def _beat() -> bytes:
    return uuid.uuid4().hex.encode()
