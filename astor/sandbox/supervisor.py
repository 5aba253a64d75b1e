"""Launches runs with workers, hears of their ends, notices who has fallen silent.

A program of a millisecond costs its request and its report: what it claims waits in its socket until the zygote has
reported its end. Only the lines of a run that lasts are watched, lest its child wait at a full socket.
"""

import selectors
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Generic, TypeVar

from astor.sandbox.crew import Crew, out_of_means
from astor.sandbox.evidence import Evidence
from astor.sandbox.flight import Flight
from astor.sandbox.line import Line
from astor.sandbox.runs import Run
from astor.sandbox.sealed_file import sealed_file
from astor.sandbox.surroundings import Surroundings
from astor.sandbox.worker import Report, Worker

WATCH_SECONDS = 0.01
"""From when on the lines of a run are watched. Our choice: a few times what a small program takes."""

LOOK_SECONDS = 0.1
"""How often to look for silent workers while every worker has a run whose lines are watched. Our choice."""

GRACE_SECONDS = 5.0
"""How long after a run's wall clock its worker may be silent before it counts as dead. Our choice."""

Errand = TypeVar("Errand")


@dataclass(frozen=True, slots=True)
class Landed(Generic[Errand]):
    """A flight that is over; `reports` is None where its worker is, too."""

    errand: Errand
    flight: Flight
    worker: Worker
    reports: list[Report] | None
    why: str = "the worker died"

    def evidence(self) -> Evidence:
        """What is known of the run."""
        if self.reports is None:
            return Evidence(failure=self.why, worker_died=True)
        return self.flight.evidence(self.reports)


class Supervisor(Generic[Errand]):
    """Knows which run each worker is busy with, and for which errand of its caller's."""

    def __init__(self, workers: int, surroundings: Surroundings) -> None:
        self._selector = selectors.DefaultSelector()
        self.crew = Crew(workers, surroundings, self._selector)
        self.flying: dict[Worker, tuple[Errand, Flight]] = {}

    def launch(self, errand: Errand, run: Run, worker: Worker) -> bool:
        """Hand a run to an idle worker. False where that had died, which is not held against the run.

        ScarceError where this process lacks the means to; the worker is idle then as before.
        """
        try:
            flight = Flight(run)
        except OSError as error:
            raise out_of_means(error) from error
        self.crew.idle.remove(worker)
        self.flying[worker] = (errand, flight)
        descriptors = [line.theirs.fileno() for line in flight.lines]
        try:
            with nullcontext() if run.stdin is None else sealed_file(run.stdin) as stdin:
                if stdin is not None:
                    descriptors.insert(1, stdin)
                sent = worker.send(run.limits, descriptors)
        except OSError as error:  # Of the file: nothing has been sent.
            self._abandon(flight)
            self.crew.idle.append(worker)
            del self.flying[worker]
            raise out_of_means(error) from error
        if sent:
            for line in flight.lines:
                line.theirs.close()
            return True
        self._abandon(flight)
        del self.flying[worker]
        self.crew.lost(worker, was_idle=True)
        return False

    def land(self) -> list[Landed[Errand]]:
        """Wait a moment for something to happen; what is over."""
        if not self.flying:
            return []
        # An idle worker may be wanted soon.
        lasting = not self.crew.idle and all(flight.watched for _, flight in self.flying.values())
        events = self._selector.select(LOOK_SECONDS if lasting else WATCH_SECONDS)
        # Whoever has reported by now was not silent, however long the rest takes.
        now = time.monotonic()
        landed: list[Landed[Errand]] = []
        for key, _ in events:
            if isinstance(key.data, Worker):
                landed += self._hear(key.data)
            else:
                key.data.pump()
                self._watch(key.data)
        for worker, (_, flight) in list(self.flying.items()):
            lasted = now - flight.started
            if lasted > flight.run.limits.wall_seconds + GRACE_SECONDS:
                landed.append(self._end(worker, None, "the worker fell silent"))
            elif lasted > WATCH_SECONDS and not flight.watched:
                flight.watched = True
                for line in flight.lines:
                    self._watch(line)
        return landed

    def cancel(self) -> None:
        """End what is running, and the workers with it; `Crew.fill` starts others."""
        # A worker counts as busy until it is gone: an interrupt here leaves none that answers for another's run.
        for worker, (_, flight) in list(self.flying.items()):
            self.crew.dismiss(worker, "cancelled")
            self._abandon(flight)
            del self.flying[worker]

    def close(self) -> None:
        """End every worker."""
        self.cancel()
        self.crew.close()
        self._selector.close()

    def _hear(self, worker: Worker) -> list[Landed[Errand]]:
        reports = worker.receive()
        if worker in self.flying:
            return [self._end(worker, reports)]
        self.crew.lost(worker, was_idle=True)  # It has died, or speaks unasked.
        return []

    def _end(self, worker: Worker, reports: list[Report] | None, why: str = "the worker died") -> Landed[Errand]:
        errand, flight = self.flying[worker]
        for line in flight.lines:
            line.pump()
        self._abandon(flight)
        if reports is None:
            self.crew.lost(worker)
        else:
            self.crew.landed(worker)
        del self.flying[worker]
        return Landed(errand, flight, worker, reports, why)

    def _watch(self, line: Line) -> None:
        """Have the selector tell when the line can be pumped, until it has ended: then the child's writing fails."""
        wanted = 0 if line.ended else selectors.EVENT_READ | (selectors.EVENT_WRITE if line.unsent else 0)
        if wanted != line.watched:
            if not line.watched:
                self._selector.register(line.socket, wanted, line)
            elif wanted:
                self._selector.modify(line.socket, wanted, line)
            else:
                self._selector.unregister(line.socket)
            line.watched = wanted
        if line.ended:
            line.close()

    def _abandon(self, flight: Flight) -> None:
        for line in flight.lines:
            line.ended = True
            self._watch(line)
