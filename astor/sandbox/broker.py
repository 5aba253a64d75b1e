"""Brings runs to workers and evidence back to plans: the trusted side's one loop.

A program of a millisecond costs the broker its request and its report: what it claims waits in its socket until the
zygote has reported its end. Only the lines of a run that lasts are watched, lest its child wait at a full socket.
"""

import selectors
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from astor.sandbox import zygote
from astor.sandbox.evidence import Child, Evidence, read_account
from astor.sandbox.jobs import Result
from astor.sandbox.line import Line
from astor.sandbox.runs import Plan, Run
from astor.sandbox.sealed_file import sealed_file
from astor.sandbox.surroundings import Surroundings
from astor.sandbox.worker import Report, Worker

WATCH_SECONDS = 0.01
"""From when on the lines of a run are watched. Our choice: a few times what a small program takes."""

GRACE_SECONDS = 5.0
"""How long after a run's wall clock its worker may be silent before it counts as dead. Our choice."""

_OVERHEAD_BYTES = 1 << 12
"""Room for the frames that are no claims."""


@dataclass
class Flight:
    """A run that a worker is busy with, for the plan at `place`."""

    place: int
    run: Run
    lines: tuple[Line, ...]
    """A line per child, and one more where its standard output is gathered."""
    started: float = field(default_factory=time.monotonic)


class Broker:
    """Runs plans over a fixed number of workers, each busy with one run at a time."""

    def __init__(self, workers: int, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self.restarts = 0
        """Workers that were replaced because they died, fell silent, or were left with a run."""
        self._selector = selectors.DefaultSelector()
        self._idle: list[Worker] = []
        self._flights: dict[Worker, Flight] = {}
        try:
            for _ in range(workers):
                self._start()
        except BaseException:
            self.close()
            raise

    @property
    def workers(self) -> list[Worker]:
        """The zygotes that live."""
        return [*self._idle, *self._flights]

    def execute(self, plans: Sequence[Plan]) -> list[Result]:
        """The results of `plans`, in order. Left by an exception, it abandons what is running."""
        results: dict[int, Result] = {}
        first = self._first_runs(plans, results)
        again: deque[tuple[int, Run]] = deque()
        try:
            while len(results) < len(plans):
                while self._idle and (following := again.popleft() if again else next(first, None)):
                    if not self._launch(*following):
                        again.append(following)
                for place, evidence in self._landed():
                    try:
                        again.append((place, plans[place].send(evidence)))
                    except StopIteration as stop:
                        results[place] = stop.value
        finally:
            for worker in list(self._flights):
                self._replace(worker)
        return [results[place] for place in range(len(plans))]

    def close(self) -> None:
        """Stop every worker."""
        for worker in self.workers:
            worker.stop()
        self._selector.close()

    def _first_runs(self, plans: Sequence[Plan], results: dict[int, Result]) -> Iterator[tuple[int, Run]]:
        for place, plan in enumerate(plans):
            try:
                yield place, next(plan)
            except StopIteration as stop:
                results[place] = stop.value

    def _launch(self, place: int, run: Run) -> bool:
        """Hand a run to an idle worker. False where that had died, which is not held against the run."""
        worker = self._idle.pop()
        lines = tuple(Line(request, run.limits.output_bytes + _OVERHEAD_BYTES) for request in run.requests)
        if run.stdin is not None:
            lines += (Line(b"", run.limits.output_bytes),)
        self._flights[worker] = Flight(place, run, lines)
        for line in lines:
            line.pump()
        descriptors = [line.theirs.fileno() for line in lines]
        with nullcontext() if run.stdin is None else sealed_file(run.stdin) as stdin:
            if stdin is not None:
                descriptors.insert(1, stdin)
            sent = worker.send(run.limits, descriptors)
        if not sent:
            self._replace(worker)
            return False
        for line in lines:
            line.theirs.close()
        return True

    def _landed(self) -> Iterator[tuple[int, Evidence]]:
        """Wait a moment for something to happen; yield what has ended, as the place of its plan and the evidence."""
        for key, _ in self._selector.select(WATCH_SECONDS if self._flights else 0):
            if isinstance(key.data, Worker):
                yield from self._hear(key.data)
            else:
                key.data.pump()
        now = time.monotonic()
        for worker, flight in list(self._flights.items()):
            lasted = now - flight.started
            if lasted > flight.run.limits.wall_seconds + GRACE_SECONDS:
                self._replace(worker)
                yield flight.place, Evidence(failure="the worker fell silent", worker_died=True)
            elif lasted > WATCH_SECONDS:
                for line in flight.lines:
                    self._watch(line)

    def _hear(self, worker: Worker) -> Iterator[tuple[int, Evidence]]:
        if worker not in self._flights and worker not in self._idle:
            return  # It was replaced a moment ago.
        reports = worker.receive()
        flight = self._flights.get(worker)
        if flight is None or reports is None:
            self._replace(worker)
        else:
            del self._flights[worker]
            self._idle.append(worker)
            for line in flight.lines:
                line.pump()
            self._abandon(flight)
        if flight is not None:
            yield flight.place, _evidence(flight, reports)

    def _watch(self, line: Line) -> None:
        """Have the selector tell when the line can be pumped; not of an end, of which it would tell for ever."""
        descriptor = line.socket.fileno()
        watched = self._selector.get_map().get(descriptor) if descriptor >= 0 else None
        if line.ended:
            if watched:
                self._selector.unregister(line.socket)
            line.close()
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.unsent else 0)
        if watched is None:
            self._selector.register(line.socket, wanted, line)
        elif watched.events != wanted:
            self._selector.modify(line.socket, wanted, line)

    def _abandon(self, flight: Flight) -> None:
        for line in flight.lines:
            line.ended = True
            self._watch(line)

    def _start(self) -> None:
        worker = Worker(self._surroundings)
        self._selector.register(worker.control, selectors.EVENT_READ, worker)
        self._idle.append(worker)

    def _replace(self, worker: Worker) -> None:
        self.restarts += 1
        flight = self._flights.pop(worker, None)
        if flight is not None:
            self._abandon(flight)
        else:
            self._idle.remove(worker)
        self._selector.unregister(worker.control)
        worker.stop()
        self._start()


def _evidence(flight: Flight, reports: list[Report] | None) -> Evidence:
    if reports is None:
        return Evidence(failure="the worker died", worker_died=True)
    if not reports:
        return Evidence(failure="the worker could not fork")
    stdout = flight.lines[-1] if flight.run.stdin is not None else None
    children = tuple(
        Child(
            report,
            read_account(bytes(line.received), answers),
            line.flooded or (stdout is not None and stdout.flooded),
            bytes(stdout.received) if stdout is not None else b"",
        )
        for report, line, answers in zip(reports, flight.lines, flight.run.answers, strict=False)
    )
    # No program has run before its child said that it was ready, so none can bring this about.
    if any(not child.account.ready and child.report[2] != zygote.LEFT_OVER for child in children):
        return Evidence(children, failure="a child could not be confined")
    return Evidence(children)
