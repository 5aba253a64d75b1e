"""The thread that owns a server's sandbox, and feeds it the jobs of all open batches in turn."""

import itertools
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from types import TracebackType
from typing import Self

from astor.sandbox.jobs import Bounded, Job
from astor.sandbox.options import SandboxOptions
from astor.sandbox.pool.metrics import Metrics
from astor.sandbox.pool.open_batch import OpenBatch
from astor.sandbox.sandbox import JobError, Sandbox
from astor.sandbox.workers.supervisor import OutOfResourcesError

_LEAVE_SECONDS = 1.0
_LOOK_SECONDS = 0.05
"""How soon an batch goes on whose client has read at last, or that lacked descriptors."""

_AHEAD = 4
"""Jobs of one batch that are under way at most, per worker. Our choice: twice what keeps the workers busy while results
are handed out."""

_log = logging.getLogger(__name__)


class FullError(Exception):
    """So many jobs wait that no more are taken."""


class JobQueue:
    """A context manager: its thread, and with it the workers, live from enter to exit.

    Entering raises what the sandbox raises that can't start. One job of each batch in turn: a small batch does not
    wait for the whole of a large one that came before, nor for jobs of many runs. An error of ours at a job breaks off
    its batch, and no other. For want of descriptors jobs wait, until some are free again.
    """

    def __init__(self, options: SandboxOptions, max_queue: int) -> None:
        self.sandbox = Sandbox(options)
        self.metrics = Metrics(self.sandbox, lambda: self.waiting)
        self.failure: BaseException | None = None
        """Why the sandbox has ended, where it was not told to."""
        self.is_draining = False
        self._workers = options.workers or len(os.sched_getaffinity(0))
        self._max_queue = max_queue
        self._batches: deque[OpenBatch] = deque()
        """Those with jobs that wait."""
        self._running: dict[int, tuple[OpenBatch, int, Job]] = {}
        """Number of a job in the stream → its batch, its place there, and the job."""
        self._changed = threading.Condition()
        self._started = threading.Event()
        self._closing = False
        # A daemon, so that a program that lasts can't keep the server from ending; the workers end with the thread.
        self._thread = threading.Thread(target=self._work, name="sandbox", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        if self.failure is not None:
            raise self.failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(_LEAVE_SECONDS)

    @property
    def waiting(self) -> int:
        """Jobs that wait for a worker."""
        return sum(len(batch.waiting) for batch in list(self._batches))

    @property
    def is_full(self) -> bool:
        """Whether no batch finds room."""
        return self.waiting >= self._max_queue

    @property
    def why_closed(self) -> str:
        """Why no jobs are taken; empty where they are."""
        if self.failure is not None or not self._thread.is_alive():
            return "the sandbox has ended"
        return "the server is about to end" if self.is_draining else ""

    def submit(self, batch: OpenBatch) -> None:
        """Have the jobs of `batch` run; FullError where they find no room."""
        with self._changed:
            if self.waiting + len(batch.waiting) > self._max_queue:
                raise FullError
            if batch.waiting:
                self._batches.append(batch)
                self._changed.notify()

    def cancel(self, batch: OpenBatch) -> None:
        """Run no further job of `batch`, and no further run of one; what is running ends by itself."""
        with self._changed:
            batch.give_up()

    def _work(self) -> None:
        try:
            with self.sandbox:
                self._started.set()
                while not self._closing:
                    try:
                        self._serve()
                    except JobError as error:
                        self._fail_batch(error)
                    except OutOfResourcesError:
                        self._put_back()
                        self.metrics.shortages.inc()
                        time.sleep(_LOOK_SECONDS)
        except BaseException as error:
            self.failure = error
        finally:
            self._started.set()
            for batch in {*self._batches, *(batch for batch, _, _ in self._running.values())}:
                batch.fail()

    def _serve(self) -> None:
        """Run jobs until the end, or an error."""
        with closing(self.sandbox.stream(self._jobs(), self._is_wanted)) as results:
            for number, result in results:
                batch, index, _ = self._running[number]
                if not batch.given_up:
                    self.metrics.count(result, batch.started)
                    batch.put(index, result)
                del self._running[number]
                batch.running -= 1

    def _is_wanted(self, number: int) -> bool:
        return not self._running[number][0].given_up

    def _fail_batch(self, error: JobError) -> None:
        """End the batch of a job that has raised; what else ran begins again."""
        _log.error("A batch is broken off.", exc_info=error)
        self.metrics.broken.inc()
        self._running[error.place][0].fail()
        self._put_back()

    def _put_back(self) -> None:
        with self._changed:
            for batch, index, job in reversed(self._running.values()):
                batch.running = 0
                if not batch.given_up:
                    batch.waiting.appendleft((index, job))
                    if batch not in self._batches:
                        self._batches.append(batch)
            self._running.clear()

    def _jobs(self) -> Iterator[Bounded | None]:
        """Job after job, waited for while none runs; None where others run, which are to be looked after."""
        for number in itertools.count():
            with self._changed:
                while not (taken := self._take()) and not self._running and not self._closing:
                    self._changed.wait(_LOOK_SECONDS if self._batches else None)
                if self._closing:
                    return
                if taken is not None:
                    batch, _, job = taken
                    batch.running += 1
                    self._running[number] = taken
            yield Bounded(job, batch.limits) if taken is not None else None

    def _take(self) -> tuple[OpenBatch, int, Job] | None:
        """The next job of the batch whose turn it is, if any."""
        most = _AHEAD * self._workers
        for _ in range(len(self._batches)):
            batch = self._batches.popleft()
            if batch.waiting:
                self._batches.append(batch)
                if batch.running < most and not batch.is_stalled:
                    return batch, *batch.waiting.popleft()
        return None
