"""Brings the runs of plans to workers and their evidence back to the plans: the trusted side's one loop."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from astor.records import Outcome
from astor.sandbox.attendant import Attendant
from astor.sandbox.crew import ScarceError
from astor.sandbox.jobs import Result
from astor.sandbox.runs import Plan, Run
from astor.sandbox.supervisor import Landed, Supervisor
from astor.sandbox.surroundings import Surroundings
from astor.sandbox.worker import Worker

Key = TypeVar("Key")

DROPPED = Result(Outcome.INFRASTRUCTURE_ERROR, (), 0.0, "nobody waits for it any more")


@dataclass(slots=True, eq=False)
class Errand(Generic[Key]):
    """A plan under way: the run that it waits for, and the worker that has failed it last."""

    key: Key
    plan: Plan
    run: Run
    failed_on: Worker | None = None


class Broker:
    """Runs plans over a fixed number of workers, each busy with one run at a time."""

    def __init__(self, workers: int, surroundings: Surroundings) -> None:
        self._supervisor: Supervisor[Errand[Any]] = Supervisor(workers, surroundings)
        self._crew = self._supervisor.crew
        self._attendant = Attendant(lambda: [flight for _, flight in self._supervisor.flying.values()])
        self._waiting: deque[Errand[Any]] = deque()
        """Errands whose first run is over."""
        self._retried = 0
        self._wanted: Callable[[Any], bool] | None = None
        self._turn_of_new = False
        try:
            self._crew.fill()
        except BaseException:
            self.close()
            raise

    @property
    def workers(self) -> list[Worker]:
        """The zygotes that live."""
        return self._crew.workers

    def counts(self) -> dict[str, int]:
        """What happened to workers and runs so far, and how many runs wait and are running now."""
        return {
            **self._crew.counts,
            "retried": self._retried,
            "waiting": len(self._waiting),
            "running": len(self._supervisor.flying),
        }

    def stream(
        self, plans: Iterable[tuple[Key, Plan] | None], wanted: Callable[[Key], bool] | None = None
    ) -> Generator[tuple[Key, Result], None, None]:
        """The results of `plans` as they end, each with its key.

        A plan is taken when a worker is free for it and no other has a run that waits; a None in its place says that
        there is none now. With `wanted` new plans and runs that wait take turns, and a plan that is no longer wanted
        is DROPPED at its next run. Left early, by an exception too, it ends what is running.
        """
        self._wanted = wanted
        coming = iter(plans)
        results: list[tuple[Key, Result]] = []
        landed: list[Landed[Errand[Any]]] = []
        self._attendant.come_back()
        self._cancel()  # What an interrupt has kept the stream before from ending.
        self._crew.fill()
        try:
            while True:
                # Workers first: they go on while the rest is done.
                self._send_out(coming, results)
                for each in landed:
                    self._go_on(each, results)
                self._send_out(coming, results)
                if not (self._supervisor.flying or results):
                    return
                self._attendant.leave()
                yield from results
                self._attendant.come_back()
                assert self.workers, "a sandbox is closed after its streams"
                results.clear()
                landed = self._supervisor.land()
        finally:
            self._attendant.come_back()
            self._cancel()

    def close(self) -> None:
        """Stop every worker."""
        self._attendant.close()
        self._supervisor.close()

    def _send_out(self, coming: Iterator[tuple[Key, Plan] | None], results: list[tuple[Key, Result]]) -> None:
        """Give every idle worker a run, as long as there are any."""
        while self._crew.idle and len(results) < 2 * len(self.workers):
            try:
                if self._turn_of_new:
                    sent = self._send_new(coming, results) or self._send_again(results)
                else:
                    sent = self._send_again(results) or self._send_new(coming, results)
            except ScarceError:
                if self._supervisor.flying and self._crew.is_whole:
                    return  # What runs now frees some when it ends.
                raise
            if not sent:
                return
            self._turn_of_new = self._wanted is not None and not self._turn_of_new

    def _send_new(self, coming: Iterator[tuple[Key, Plan] | None], results: list[tuple[Key, Result]]) -> bool:
        """Start the next plan; whether there is one."""
        following = next(coming, None)
        if following is None:
            return False
        key, plan = following
        if self._wanted is not None and not self._wanted(key):
            results.append((key, DROPPED))
            return True
        try:
            errand = Errand(key, plan, next(plan))
        except StopIteration as stop:
            results.append((key, stop.value))
            return True
        self._launch(errand, self._crew.idle[-1])
        return True

    def _send_again(self, results: list[tuple[Key, Result]]) -> bool:
        """Launch the first that waits and finds a worker: not the one that has failed it, unless there is no other."""
        for place, errand in enumerate(self._waiting):
            if self._wanted is not None and not self._wanted(errand.key):
                del self._waiting[place]
                results.append((errand.key, DROPPED))
                return True
            for worker in self._crew.idle:
                if worker is not errand.failed_on or len(self.workers) == 1:
                    del self._waiting[place]
                    self._launch(errand, worker)
                    return True
        return False

    def _launch(self, errand: Errand[Any], worker: Worker) -> None:
        """Launch an errand's run; where that fails, it waits."""
        launched = False
        try:
            launched = self._supervisor.launch(errand, errand.run, worker)
        finally:
            if not launched:
                self._waiting.appendleft(errand)

    def _go_on(self, landed: Landed[Errand[Any]], results: list[tuple[Key, Result]]) -> None:
        """Give a plan the evidence that it waits for; it wants another run, or has come to a result."""
        errand, evidence = landed.errand, landed.evidence()
        try:
            run = errand.plan.send(evidence)
        except StopIteration as stop:
            results.append((errand.key, stop.value))
            return
        if evidence.failure:
            errand.failed_on = landed.worker
            self._retried += run is errand.run
        errand.run = run
        self._waiting.append(errand)

    def _cancel(self) -> None:
        self._supervisor.cancel()
        self._waiting.clear()
