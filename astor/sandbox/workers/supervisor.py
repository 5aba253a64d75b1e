"""The workers of a sandbox: as many as there shall be, replaced when they die, fall silent or grow."""

import errno
import os
import selectors
from collections import Counter
from pathlib import Path

from astor.errors import UserError
from astor.sandbox.workers.config import WorkerConfig
from astor.sandbox.workers.worker import Worker

GROWTH_BYTES = 32 << 20
"""Resident bytes beyond those of its start with which a zygote is replaced. Our choice: twice what it starts with;
each page of it makes each fork dearer. It keeps nothing of a program, so that none is expected to get there."""

CHECK_EVERY = 256
"""Runs between two looks at a worker's memory. Our choice: a look costs 20 microseconds."""

IDLE_DEATHS = 10
"""Workers that may die one after the other with no program of theirs running. Our choice."""

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class OutOfResourcesError(UserError):
    """This process lacks descriptors, processes or memory, for now."""


class Supervisor:
    """Starts workers, counts why they are replaced, and knows which are idle."""

    def __init__(self, size: int, config: WorkerConfig, selector: selectors.BaseSelector) -> None:
        self.workers: list[Worker] = []
        self.idle: list[Worker] = []
        self.counts = Counter(restarts=0, recycled=0, cancelled=0)
        """Workers that ended: restarts, because they died or fell silent; recycled, because they had grown;
        cancelled, because nobody waits any more for what they ran."""
        self._size = size
        self._config = config
        self._selector = selector
        self._runs: Counter[Worker] = Counter()
        self._resident: dict[Worker, int] = {}
        self._idle_deaths = 0

    @property
    def is_whole(self) -> bool:
        """Whether no worker is missing."""
        return len(self.workers) == self._size

    def fill(self) -> None:
        """Start what is missing; all are idle then. UserError where one does not start."""
        while len(self.workers) < self._size:
            self._start()
        self.idle = self.workers[:]

    def finished(self, worker: Worker) -> None:
        """A worker has reported: it is idle again, unless it has grown."""
        self._idle_deaths = 0
        self._runs[worker] += 1
        if self._runs[worker] % CHECK_EVERY == 0 and _resident(worker) > self._resident[worker] + GROWTH_BYTES:
            self._replace(worker, "recycled")
        else:
            self.idle.append(worker)

    def lost(self, worker: Worker, was_idle: bool = False) -> None:
        """A worker died or fell silent: replace it. UserError where one after the other does while idle."""
        self._idle_deaths = self._idle_deaths + 1 if was_idle else 0
        if self._idle_deaths == IDLE_DEATHS:
            self._idle_deaths = 0
            self.stop(worker, "restarts")
            raise UserError(
                f"{IDLE_DEATHS} of the sandbox's workers have died one after the other before they ran a program: "
                "something ends them, such as a want of memory. See the kernel's log, and `astor sandbox check`."
            )
        self._replace(worker, "restarts")

    def stop(self, worker: Worker, why: str) -> None:
        """End a worker, whatever it runs; `fill` starts another. Nothing happens to one that is gone."""
        if worker not in self.workers:
            return
        if worker.control in self._selector.get_map():
            self._selector.unregister(worker.control)
        worker.stop()
        self.counts[why] += 1
        self._forget(worker)

    def close(self) -> None:
        """End every worker."""
        for worker in self.workers[:]:
            worker.stop()
            self._forget(worker)

    def _replace(self, worker: Worker, why: str) -> None:
        self.stop(worker, why)
        self._start()
        self.idle.append(self.workers[-1])

    def _start(self) -> None:
        try:
            worker = Worker(self._config)
        except OSError as error:
            raise out_of_resources(error) from error
        self.workers.append(worker)
        self._selector.register(worker.control, selectors.EVENT_READ, worker)
        self._resident[worker] = _resident(worker)

    def _forget(self, worker: Worker) -> None:
        if worker in self.idle:
            self.idle.remove(worker)
        self.workers.remove(worker)
        del self._runs[worker]
        self._resident.pop(worker, None)


def out_of_resources(error: OSError) -> Exception:
    """What to raise where this process lacks descriptors, processes or memory; any other error as it is."""
    if error.errno not in (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM, errno.ENOBUFS):
        return error
    return OutOfResourcesError(
        f"The sandbox can't go on: {error.strerror} ({errno.errorcode[error.errno]}). Free some, raise the limit "
        "(`ulimit -n` for files, `ulimit -u` for processes), or let it have fewer workers."
    )


def _resident(worker: Worker) -> int:
    """Resident bytes of a zygote; 0 where /proc does not tell of it."""
    try:
        return int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    except OSError:
        return 0
