"""The sandbox: jobs in, results out, over all cores."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from types import TracebackType
from typing import Self

from astor.errors import UserError
from astor.records import Outcome
from astor.sandbox.broker import Broker
from astor.sandbox.jobs import Bounded, Job, ParseJob, Result
from astor.sandbox.layers import PROBE, Layer, read_layers, require
from astor.sandbox.options import Limits, SandboxOptions
from astor.sandbox.plans import plan
from astor.sandbox.runs import Plan
from astor.sandbox.surroundings import surroundings

TEXTS_PER_CHILD = 64
"""Texts that one child parses: our choice, enough to share the cost of a fork, few enough to keep all workers busy."""


class JobError(Exception):
    """The plan of the job at `place` has raised its cause."""

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
        self._broker: Broker | None = None
        self._lock = threading.Lock()
        self._streaming_thread: int | None = None
        self._counts: dict[str, int] = {}
        self._outcomes: Counter[Outcome] = Counter()

    def __enter__(self) -> Self:
        try:
            self._outcomes.clear()
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
        further run and ends as an INFRASTRUCTURE_ERROR; and what a job's plan raises is the cause of a JobError.

        Raises:
            UserError: a job holds what can't be run at all; this thread has a stream open; or no worker can be started.
            JobError: see above.
        """
        broker = self._broker
        assert broker is not None, "the sandbox is entered before it runs"
        if self._streaming_thread == threading.get_ident():
            raise UserError("The sandbox has a stream open: take all of its results, or close it, before the next.")
        limits = self.options.limits
        whole: dict[int, dict[int, Result]] = {}
        plans = _plans(jobs, limits, _own_plan if wanted is None else _blamed_plan)
        part_wanted = None if wanted is None else lambda key: wanted(key[0])
        with self._lock, closing(broker.stream(plans, part_wanted)) as results:
            self._streaming_thread = threading.get_ident()
            try:
                for (place, part, parts), result in results:
                    if parts > 1:
                        ended = whole.setdefault(place, {})
                        ended[part] = result
                        if len(ended) < parts:
                            continue
                        del whole[place]
                        result = _join([ended[number] for number in range(parts)])
                    self._outcomes[result.outcome] += 1
                    yield place, result
            finally:
                self._streaming_thread = None

    def metrics(self) -> dict[str, float]:
        """Counts since enter, readable after exit too.

        Of workers: `restarts` were replaced because they had died or fallen silent, `recycled` because they had grown,
        `cancelled` because nobody waited any more for what they ran. Of runs: `retried` were run once more because a
        worker had failed them; `waiting` and `running` are those of now. Of jobs: `jobs_` and an outcome.
        """
        counts = self._broker.counts() if self._broker else self._counts
        outcomes = {f"jobs_{outcome.value}": self._outcomes[outcome] for outcome in Outcome}
        return {name: float(number) for name, number in (counts | outcomes).items()}

    def close(self) -> None:
        """Stop the workers; no process is left."""
        if self._broker is not None:
            self._broker.close()
            self._counts = self._broker.counts()
            self._broker = None

    def _open(self) -> tuple[Layer, ...]:
        around = surroundings(self.options)
        self._broker = Broker(self.options.workers or len(os.sched_getaffinity(0)), around)
        ((_, probe),) = self._broker.stream([("probe", plan(PROBE, Limits()))])
        return read_layers(self._broker.workers[0].stands, around.namespaces, probe)


def check_layers() -> tuple[Layer, ...]:
    """Which layers stand on this machine, without refusing anything."""
    sandbox = Sandbox(SandboxOptions(workers=1))
    try:
        return sandbox._open()
    finally:
        sandbox.close()


def _plans(
    jobs: Iterable[Job | Bounded | None], granted: Limits, plan: Callable[[int, Job, Limits], Plan]
) -> Iterator[tuple[tuple[int, int, int], Plan] | None]:
    """What is run by itself, each with its job's place, its own place in the job and how many parts that has."""
    for place, each in enumerate(jobs):
        if each is None:
            yield None
            continue
        job, limits = (each.job, each.limits) if isinstance(each, Bounded) else (each, granted)
        if isinstance(job, ParseJob) and len(job.texts) > TEXTS_PER_CHILD:
            starts = range(0, len(job.texts), TEXTS_PER_CHILD)
            for part, start in enumerate(starts):
                texts = job.texts[start : start + TEXTS_PER_CHILD]
                yield (place, part, len(starts)), plan(place, ParseJob(job.parser, texts), limits)
        else:
            yield (place, 0, 1), plan(place, job, limits)


def _own_plan(place: int, job: Job, limits: Limits) -> Plan:
    return plan(job, limits)


def _blamed_plan(place: int, job: Job, limits: Limits) -> Plan:
    try:
        return (yield from plan(job, limits))
    except Exception as error:
        raise JobError(place) from error


def _join(parts: list[Result]) -> Result:
    """One result of the parts of a job: the worst outcome, and claims only where every part has them."""
    cpu_seconds = sum(part.cpu_seconds for part in parts)
    for part in parts:
        if part.outcome is not Outcome.PASSED:
            return Result(part.outcome, (), cpu_seconds, part.detail)
    return Result(Outcome.PASSED, tuple(claim for part in parts for claim in part.claims), cpu_seconds, "")
