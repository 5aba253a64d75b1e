"""What Prometheus reads of a server."""

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from astor.sandbox.results import Result
from astor.sandbox.sandbox import Sandbox

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """Counted by the job queue, read at `registry`."""

    def __init__(self, sandbox: Sandbox, waiting: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self._jobs = Counter("astor_sandbox_jobs", "Jobs that ended.", ["outcome"], registry=self.registry)
        self._cpu = Counter("astor_sandbox_cpu_seconds", "CPU seconds of programs.", registry=self.registry)
        self._seconds = Histogram(
            "astor_sandbox_job_seconds",
            "From a batch's arrival to a job's end.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.batches = Counter("astor_sandbox_batches", "Batches by status.", ["status"], registry=self.registry)
        self.broken = Counter(
            "astor_sandbox_broken_batches", "Batches that an error of ours broke off.", registry=self.registry
        )
        self.shortages = Counter(
            "astor_sandbox_shortages", "Times that no job could run for want of descriptors.", registry=self.registry
        )
        queue = Gauge("astor_sandbox_queue_length", "Jobs that wait for a worker.", registry=self.registry)
        queue.set_function(waiting)
        self.registry.register(_Supervision(sandbox))

    def count(self, result: Result, arrived: float) -> None:
        """A job has ended; its batch had `arrived` by the monotonic clock."""
        self._jobs.labels(result.ending.value).inc()
        self._cpu.inc(result.cpu_seconds)
        self._seconds.observe(time.monotonic() - arrived)


class _Supervision(Collector):
    """What the sandbox itself counts of its workers and runs, as `Sandbox.metrics` names it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def collect(self):  # type: ignore[no-untyped-def]
        for name, value in self._sandbox.metrics().items():
            if not name.startswith("jobs_"):  # counted above
                yield GaugeMetricFamily(f"astor_sandbox_{name}", f"Sandbox.metrics()[{name!r}].", value=value)
