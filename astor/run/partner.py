"""A second process of a run, which samples while this one trains: overlap needs cores or a card for both."""

import os
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self, TypeVar

from astor.errors import UserError
from astor.policies.ranks import CARDS
from astor.recipe.recipe import Recipe
from astor.run.machine import cards, cores
from astor.run.progress import forget_progress
from astor.storage import ArtifactRef

T = TypeVar("T")


def cards_beside(recipe: Recipe) -> str | None:
    """The cards of a process that samples while this one trains, as CUDA_VISIBLE_DEVICES names them, empty where it
    needs none; None where there are not cards or cores enough for both."""
    found = cards()
    if recipe.rollout.on_servers:
        return ""
    if found:
        return found[-1] if len(found) > 1 else None
    return "" if cores() >= 2 * recipe.processes * recipe.threads else None


def cards_left() -> list[str]:
    """The cards of an update beside which another process has a card."""
    return cards()[:-1]


class Partner:
    """A process with the run opened anew, which calls functions of the steps. A context manager: it ends it.

    It commits by itself; what is handed to and fro are refs. A policy between two commits is handed over as files.
    """

    def __init__(self, recipe: ArtifactRef, cards: str) -> None:
        """Of the run whose resolved recipe was committed; `cards` are those that it may use."""
        context = get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, recipe, cards))
        self._process.start()
        there.close()

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """What `function(run, *arguments)` returns there; its error is raised here."""
        with self.calling(function, *arguments) as results:
            pass
        return results[0]

    @contextmanager
    def calling(
        self, function: Callable[..., T], *arguments: Any, save: Callable[[Path], None] | None = None
    ) -> Iterator[list[T]]:
        """Have `function(run, *arguments)` called there meanwhile; the list gets what it returned at the end.

        `save` writes the policy that is in training into a directory, so that it is known there.

        Raises:
            UserError: the process died.
        """
        results: list[T] = []
        with tempfile.TemporaryDirectory(prefix="astor-policy-") as directory:
            if save:
                save(Path(directory))
            with self._alive():
                self._connection.send((function, arguments, Path(directory) if save else None))
            yield results
            with self._alive():
                result, failed = self._connection.recv()
        if failed:
            raise result
        results.append(result)

    @contextmanager
    def _alive(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, ConnectionError):
            self._process.join()
            raise UserError(
                f"The process that samples died (exit code {self._process.exitcode}): where memory ran out, set "
                "staleness: 0 or use a smaller policy, else run the same command again, which goes on."
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._process.kill()
        self._process.join()


def _serve(connection: Connection, recipe: ArtifactRef, cards: str) -> None:
    """Make every call that comes, until this process's parent is gone or closes the connection."""
    signal.signal(signal.SIGINT, _go_on)  # Not SIG_IGN, which programs in the sandbox would inherit.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ[CARDS] = cards
    from astor.run.run import Run

    with Run.open(recipe) as run:
        while True:
            try:
                function, arguments, directory = connection.recv()
            except EOFError:
                return
            forget_progress()
            try:
                if directory:
                    run.services.policies.take(directory)
                connection.send((function(run, *arguments), False))
            except Exception as error:  # The parent raises it.
                error.add_note(traceback.format_exc())
                connection.send((error, True))


def _go_on(*_: object) -> None:
    """Ctrl-C reaches the parent, too, which ends this process."""


def _end_with_parent() -> None:
    """What an orphan went on writing would come between what the next command writes."""
    parent = parent_process()
    assert parent is not None, "it was started by a run"
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)
