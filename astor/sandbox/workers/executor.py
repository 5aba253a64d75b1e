"""Starts runs on workers, hears of their ends, notices who has fallen silent.

A program of a millisecond costs its request and its report: what it claims waits in its socket until the zygote has
reported its end. Only the channels of a run that lasts are watched, lest its child wait at a full socket.
"""

import selectors
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Generic, TypeVar

from astor.sandbox.workers.channel import Channel
from astor.sandbox.workers.config import WorkerConfig
from astor.sandbox.workers.evidence import Evidence
from astor.sandbox.workers.in_flight import InFlight
from astor.sandbox.workers.run import Run
from astor.sandbox.workers.sealed_file import sealed_file
from astor.sandbox.workers.supervisor import Supervisor, out_of_resources
from astor.sandbox.workers.worker import Report, Worker

WATCH_SECONDS = 0.01
"""From when on the channels of a run are watched. Our choice: a few times what a small program takes."""

LOOK_SECONDS = 0.1
"""How often to look for silent workers while every worker has a run whose channels are watched. Our choice."""

GRACE_SECONDS = 5.0
"""How long after a run's wall clock its worker may be silent before it counts as dead. Our choice."""

Owner = TypeVar("Owner")
"""Whatever the caller knows a run by."""


@dataclass(frozen=True, slots=True)
class Finished(Generic[Owner]):
    """A run that is over; `reports` is None where its worker is, too."""

    owner: Owner
    running: InFlight
    worker: Worker
    reports: list[Report] | None
    why: str = "the worker died"

    def evidence(self) -> Evidence:
        """What is known of the run."""
        if self.reports is None:
            return Evidence(failure=self.why, worker_died=True)
        return self.running.evidence(self.reports)


class Executor(Generic[Owner]):
    """Knows which run each worker is busy with, and for whom."""

    def __init__(self, workers: int, config: WorkerConfig) -> None:
        self._selector = selectors.DefaultSelector()
        self.supervisor = Supervisor(workers, config, self._selector)
        self.in_flight: dict[Worker, tuple[Owner, InFlight]] = {}

    def start(self, owner: Owner, run: Run, worker: Worker) -> bool:
        """Hand a run to an idle worker. False where that had died, which is not held against the run.

        OutOfResourcesError where this process lacks the means to; the worker is idle then as before.
        """
        try:
            running = InFlight(run)
        except OSError as error:
            raise out_of_resources(error) from error
        self.supervisor.idle.remove(worker)
        self.in_flight[worker] = (owner, running)
        descriptors = [channel.theirs.fileno() for channel in running.channels]
        try:
            with nullcontext() if run.stdin is None else sealed_file(run.stdin) as stdin:
                if stdin is not None:
                    descriptors.insert(1, stdin)
                sent = worker.send(run.limits, descriptors)
        except OSError as error:  # Of the file: nothing has been sent.
            self._abandon(running)
            self.supervisor.idle.append(worker)
            del self.in_flight[worker]
            raise out_of_resources(error) from error
        if sent:
            for channel in running.channels:
                channel.theirs.close()
            return True
        self._abandon(running)
        del self.in_flight[worker]
        self.supervisor.lost(worker, was_idle=True)
        return False

    def poll(self) -> list[Finished[Owner]]:
        """Wait a moment for something to happen; what is over."""
        if not self.in_flight:
            return []
        # An idle worker may be wanted soon.
        lasting = not self.supervisor.idle and all(running.watched for _, running in self.in_flight.values())
        events = self._selector.select(LOOK_SECONDS if lasting else WATCH_SECONDS)
        # Whoever has reported by now was not silent, however long the rest takes.
        now = time.monotonic()
        finished: list[Finished[Owner]] = []
        for key, _ in events:
            if isinstance(key.data, Worker):
                finished += self._hear(key.data)
            else:
                key.data.pump()
                self._watch(key.data)
        for worker, (_, running) in list(self.in_flight.items()):
            lasted = now - running.started
            if lasted > running.run.limits.wall_seconds + GRACE_SECONDS:
                finished.append(self._end(worker, None, "the worker fell silent"))
            elif lasted > WATCH_SECONDS and not running.watched:
                running.watched = True
                for channel in running.channels:
                    self._watch(channel)
        return finished

    def cancel(self) -> None:
        """End what is running, and the workers with it; `Supervisor.fill` starts others."""
        # A worker counts as busy until it is gone: an interrupt here leaves none that answers for another's run.
        for worker, (_, running) in list(self.in_flight.items()):
            self.supervisor.stop(worker, "cancelled")
            self._abandon(running)
            del self.in_flight[worker]

    def close(self) -> None:
        """End every worker."""
        self.cancel()
        self.supervisor.close()
        self._selector.close()

    def _hear(self, worker: Worker) -> list[Finished[Owner]]:
        reports = worker.receive()
        if worker in self.in_flight:
            return [self._end(worker, reports)]
        self.supervisor.lost(worker, was_idle=True)  # It has died, or speaks unasked.
        return []

    def _end(self, worker: Worker, reports: list[Report] | None, why: str = "the worker died") -> Finished[Owner]:
        owner, running = self.in_flight[worker]
        for channel in running.channels:
            channel.pump()
        self._abandon(running)
        if reports is None:
            self.supervisor.lost(worker)
        else:
            self.supervisor.finished(worker)
        del self.in_flight[worker]
        return Finished(owner, running, worker, reports, why)

    def _watch(self, channel: Channel) -> None:
        """Have the selector tell when the channel can be pumped, until it has ended: then the child's writing fails."""
        wanted = 0 if channel.ended else selectors.EVENT_READ | (selectors.EVENT_WRITE if channel.unsent else 0)
        if wanted != channel.watched:
            if not channel.watched:
                self._selector.register(channel.socket, wanted, channel)
            elif wanted:
                self._selector.modify(channel.socket, wanted, channel)
            else:
                self._selector.unregister(channel.socket)
            channel.watched = wanted
        if channel.ended:
            channel.close()

    def _abandon(self, running: InFlight) -> None:
        for channel in running.channels:
            channel.ended = True
            self._watch(channel)
