"""The sandbox: jobs in, results out, over all cores."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from astor.errors import UserError
from astor.sandbox.isolation.layers import Layer, read_layers, require
from astor.sandbox.jobs import Bounded, CallsJob, Job
from astor.sandbox.options import Limits, SandboxOptions
from astor.sandbox.results import Ending, Result, joined
from astor.sandbox.workers.config import worker_config
from astor.sandbox.workers.dispatcher import Dispatcher
from astor.sandbox.workers.run import Runs

_CHECK = Path(__file__).resolve().with_name("inside") / "layer_check.py"

LAYER_CHECK = CallsJob(_CHECK.read_text(), "try_layers", ((str(_CHECK),),))
"""The program that tries every layer when a sandbox starts."""


class JobError(Exception):
    """The job at `place` has raised its cause where its results are read."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class Sandbox:
    """Runs hostile programs and returns what they claim. A context manager: its workers live from enter to exit.

    Entering raises UserError where seccomp does not stand, or neither Landlock nor bubblewrap. The workers end with
    the thread that entered; another thread may call `run`, one at a time. The more jobs a `run` gets at once, the
    busier are all cores.
    """

    def __init__(self, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        self.layers: tuple[Layer, ...] = ()
        """Which layers stand, from enter on."""
        self._dispatcher: Dispatcher | None = None
        self._lock = threading.Lock()
        self._streaming_thread: int | None = None
        self._counts: dict[str, int] = {}
        self._endings: Counter[Ending] = Counter()

    def __enter__(self) -> Self:
        try:
            self._endings.clear()
            self.layers = self._open()
            require(self.layers)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """The result of each job, in order. Errors as `stream`."""
        results = dict(self.stream(jobs))
        return [results[place] for place in range(len(jobs))]

    def stream(
        self, jobs: Iterable[Job | Bounded | None], wanted: Callable[[int], bool] | None = None
    ) -> Generator[tuple[int, Result], None, None]:
        """Each job's place and result, as they end.

        Jobs are read when a worker is free for them, so that any number of them takes little memory. Leaving early, or
        closing the iterator, ends what is running and leaves the sandbox as it was. A None among them says that there
        is none now, and to go on with those that run; while none runs, the iterator had better wait.

        With `wanted` the jobs are those of many who ask: new jobs get their turn beside the further runs of jobs under
        way, of which whoever gives them bounds the number; a job at whose place `wanted` has become False has no
        further run and ends as an INFRASTRUCTURE_ERROR; and what a job raises is the cause of a JobError.

        Raises:
            UserError: a job holds what can't be run at all; this thread has a stream open; or no worker can be started.
            JobError: see above.
        """
        dispatcher = self._dispatcher
        assert dispatcher is not None, "the sandbox is entered before it runs"
        if self._streaming_thread == threading.get_ident():
            raise UserError("The sandbox has a stream open: take all of its results, or close it, before the next.")
        limits = self.options.limits
        whole: dict[int, dict[int, Result]] = {}
        started = _started(jobs, limits, _runs if wanted is None else _blamed_runs)
        part_wanted = None if wanted is None else lambda key: wanted(key[0])
        with self._lock, closing(dispatcher.stream(started, part_wanted)) as results:
            self._streaming_thread = threading.get_ident()
            try:
                for (place, part, parts), result in results:
                    if parts > 1:
                        ended = whole.setdefault(place, {})
                        ended[part] = result
                        if len(ended) < parts:
                            continue
                        del whole[place]
                        result = joined([ended[number] for number in range(parts)])
                    self._endings[result.ending] += 1
                    yield place, result
            finally:
                self._streaming_thread = None

    def metrics(self) -> dict[str, float]:
        """Counts since enter, readable after exit too.

        Of workers: `restarts` were replaced because they had died or fallen silent, `recycled` because they had grown,
        `cancelled` because nobody waited any more for what they ran. Of runs: `retried` were run once more because a
        worker had failed them; `waiting` and `running` are those of now. Of jobs: `jobs_` and the value of an `Ending`.
        """
        counts = self._dispatcher.counts() if self._dispatcher else self._counts
        endings = {f"jobs_{ending.value}": self._endings[ending] for ending in Ending}
        return {name: float(number) for name, number in (counts | endings).items()}

    def close(self) -> None:
        """Stop the workers; no process is left."""
        if self._dispatcher is not None:
            self._dispatcher.close()
            self._counts = self._dispatcher.counts()
            self._dispatcher = None

    def _open(self) -> tuple[Layer, ...]:
        config = worker_config(self.options)
        self._dispatcher = Dispatcher(self.options.workers or len(os.sched_getaffinity(0)), config)
        ((_, check),) = self._dispatcher.stream([("layer check", LAYER_CHECK.runs(Limits()))])
        return read_layers(self._dispatcher.workers[0].confinement, config.namespaces, check)


def check_layers() -> tuple[Layer, ...]:
    """Which layers stand on this machine, without refusing anything."""
    sandbox = Sandbox(SandboxOptions(workers=1))
    try:
        return sandbox._open()
    finally:
        sandbox.close()


def _started(
    jobs: Iterable[Job | Bounded | None], granted: Limits, runs: Callable[[int, Job, Limits], Runs]
) -> Iterator[tuple[tuple[int, int, int], Runs] | None]:
    """What is run by itself, each with its job's place, its own place in the job and how many parts that has."""
    for place, each in enumerate(jobs):
        if each is None:
            yield None
            continue
        job, limits = (each.job, each.limits) if isinstance(each, Bounded) else (each, granted)
        parts = job.parts()
        for number, part in enumerate(parts):
            yield (place, number, len(parts)), runs(place, part, limits)


def _runs(place: int, job: Job, limits: Limits) -> Runs:
    return job.runs(limits)


def _blamed_runs(place: int, job: Job, limits: Limits) -> Runs:
    try:
        return (yield from job.runs(limits))
    except Exception as error:
        raise JobError(place) from error
