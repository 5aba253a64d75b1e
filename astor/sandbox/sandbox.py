"""The sandbox: jobs in, results out, over all cores."""

import os
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from astor.records import Outcome
from astor.sandbox.broker import Broker
from astor.sandbox.jobs import Job, ParseJob, Result
from astor.sandbox.layers import PROBE, Layer, read_layers, require
from astor.sandbox.options import Limits, SandboxOptions
from astor.sandbox.plans import plan
from astor.sandbox.surroundings import surroundings

TEXTS_PER_CHILD = 64
"""Texts that one child parses: our choice, enough to share the cost of a fork, few enough to keep all workers busy."""


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

    def __enter__(self) -> Self:
        try:
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
        """The result of each job, in order. UserError where a job holds what can't be run at all."""
        assert self._broker is not None, "the sandbox is entered before it runs"
        limits = self.options.limits
        with self._lock:
            parts = self._broker.execute([plan(part, limits) for job in jobs for part in _parts(job)])
        results = iter(parts)
        return [_join([next(results) for _ in _parts(job)]) for job in jobs]

    def metrics(self) -> dict[str, float]:
        """`restarts`: workers replaced since enter because they died or fell silent."""
        return {"restarts": float(self._broker.restarts if self._broker else 0)}

    def close(self) -> None:
        """Stop the workers; no process is left."""
        if self._broker is not None:
            self._broker.close()
            self._broker = None

    def _open(self) -> tuple[Layer, ...]:
        around = surroundings(self.options)
        self._broker = Broker(self.options.workers or len(os.sched_getaffinity(0)), around)
        (probe,) = self._broker.execute([plan(PROBE, Limits())])
        return read_layers(self._broker.workers[0].stands, around.namespaces, probe)


def check_layers() -> tuple[Layer, ...]:
    """Which layers stand on this machine, without refusing anything."""
    sandbox = Sandbox(SandboxOptions(workers=1))
    try:
        return sandbox._open()
    finally:
        sandbox.close()


def _parts(job: Job) -> Iterator[Job]:
    if isinstance(job, ParseJob) and job.texts:
        for start in range(0, len(job.texts), TEXTS_PER_CHILD):
            yield ParseJob(job.parser, job.texts[start : start + TEXTS_PER_CHILD])
    else:
        yield job


def _join(parts: list[Result]) -> Result:
    """One result of the parts of a job: the worst outcome, and claims only where every part has them."""
    if len(parts) == 1:
        return parts[0]
    cpu_seconds = sum(part.cpu_seconds for part in parts)
    for part in parts:
        if part.outcome is not Outcome.PASSED:
            return Result(part.outcome, (), cpu_seconds, part.detail)
    return Result(Outcome.PASSED, tuple(claim for part in parts for claim in part.claims), cpu_seconds, "")
