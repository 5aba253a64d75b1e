"""Brings the runs of jobs to workers and their evidence back to the jobs: the trusted side's one loop."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from astor.sandbox.results import Ending, Result
from astor.sandbox.workers.background_reader import BackgroundReader
from astor.sandbox.workers.config import WorkerConfig
from astor.sandbox.workers.executor import Executor, Finished
from astor.sandbox.workers.run import Run, Runs
from astor.sandbox.workers.supervisor import OutOfResourcesError
from astor.sandbox.workers.worker import Worker

Key = TypeVar("Key")

DROPPED = Result(Ending.INFRASTRUCTURE_ERROR, (), 0.0, "nobody waits for it any more")


@dataclass(slots=True, eq=False)
class ActiveJob(Generic[Key]):
    """A job under way: the run that it waits for, and the worker that has failed it last."""

    key: Key
    runs: Runs
    run: Run
    failed_on: Worker | None = None


class Dispatcher:
    """Runs jobs over a fixed number of workers, each busy with one run at a time."""

    def __init__(self, workers: int, config: WorkerConfig) -> None:
        self._executor: Executor[ActiveJob[Any]] = Executor(workers, config)
        self._supervisor = self._executor.supervisor
        self._reader = BackgroundReader(lambda: [running for _, running in self._executor.in_flight.values()])
        self._waiting: deque[ActiveJob[Any]] = deque()
        """Jobs whose first run is over."""
        self._retried = 0
        self._wanted: Callable[[Any], bool] | None = None
        self._turn_of_new = False
        try:
            self._supervisor.fill()
        except BaseException:
            self.close()
            raise

    @property
    def workers(self) -> list[Worker]:
        """The zygotes that live."""
        return self._supervisor.workers

    def counts(self) -> dict[str, int]:
        """What happened to workers and runs so far, and how many runs wait and are running now."""
        return {
            **self._supervisor.counts,
            "retried": self._retried,
            "waiting": len(self._waiting),
            "running": len(self._executor.in_flight),
        }

    def stream(
        self, jobs: Iterable[tuple[Key, Runs] | None], wanted: Callable[[Key], bool] | None = None
    ) -> Generator[tuple[Key, Result], None, None]:
        """The results of `jobs` as they end, each with its key.

        A job is taken when a worker is free for it and no other has a run that waits; a None in its place says that
        there is none now. With `wanted` new jobs and runs that wait take turns, and a job that is no longer wanted
        is DROPPED at its next run. Left early, by an exception too, it ends what is running.
        """
        self._wanted = wanted
        coming = iter(jobs)
        results: list[tuple[Key, Result]] = []
        finished: list[Finished[ActiveJob[Any]]] = []
        self._reader.pause()
        self._cancel()  # What an interrupt has kept the stream before from ending.
        self._supervisor.fill()
        try:
            while True:
                # Workers first: they go on while the rest is done.
                self._send_out(coming, results)
                for each in finished:
                    self._go_on(each, results)
                self._send_out(coming, results)
                if not (self._executor.in_flight or results):
                    return
                self._reader.resume()
                yield from results
                self._reader.pause()
                assert self.workers, "a sandbox is closed after its streams"
                results.clear()
                finished = self._executor.poll()
        finally:
            self._reader.pause()
            self._cancel()

    def close(self) -> None:
        """Stop every worker."""
        self._reader.close()
        self._executor.close()

    def _send_out(self, coming: Iterator[tuple[Key, Runs] | None], results: list[tuple[Key, Result]]) -> None:
        """Give every idle worker a run, as long as there are any."""
        while self._supervisor.idle and len(results) < 2 * len(self.workers):
            try:
                if self._turn_of_new:
                    sent = self._send_new(coming, results) or self._send_again(results)
                else:
                    sent = self._send_again(results) or self._send_new(coming, results)
            except OutOfResourcesError:
                if self._executor.in_flight and self._supervisor.is_whole:
                    return  # What runs now frees some when it ends.
                raise
            if not sent:
                return
            self._turn_of_new = self._wanted is not None and not self._turn_of_new

    def _send_new(self, coming: Iterator[tuple[Key, Runs] | None], results: list[tuple[Key, Result]]) -> bool:
        """Start the next job; whether there is one."""
        following = next(coming, None)
        if following is None:
            return False
        key, runs = following
        if self._wanted is not None and not self._wanted(key):
            results.append((key, DROPPED))
            return True
        try:
            job = ActiveJob(key, runs, next(runs))
        except StopIteration as stop:
            results.append((key, stop.value))
            return True
        self._start(job, self._supervisor.idle[-1])
        return True

    def _send_again(self, results: list[tuple[Key, Result]]) -> bool:
        """Start the first that waits and finds a worker: not the one that has failed it, unless there is no other."""
        for place, job in enumerate(self._waiting):
            if self._wanted is not None and not self._wanted(job.key):
                del self._waiting[place]
                results.append((job.key, DROPPED))
                return True
            for worker in self._supervisor.idle:
                if worker is not job.failed_on or len(self.workers) == 1:
                    del self._waiting[place]
                    self._start(job, worker)
                    return True
        return False

    def _start(self, job: ActiveJob[Any], worker: Worker) -> None:
        """Start a job's next run; where that fails, it waits."""
        started = False
        try:
            started = self._executor.start(job, job.run, worker)
        finally:
            if not started:
                self._waiting.appendleft(job)

    def _go_on(self, finished: Finished[ActiveJob[Any]], results: list[tuple[Key, Result]]) -> None:
        """Give a job the evidence that it waits for; it wants another run, or has come to a result."""
        job, evidence = finished.owner, finished.evidence()
        try:
            run = job.runs.send(evidence)
        except StopIteration as stop:
            results.append((job.key, stop.value))
            return
        if evidence.failure:
            job.failed_on = finished.worker
            self._retried += run is job.run
        job.run = run
        self._waiting.append(job)

    def _cancel(self) -> None:
        self._executor.cancel()
        self._waiting.clear()
