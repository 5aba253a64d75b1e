"""astor's sandbox in calls mode with some of its layers: zygotes that this benchmark starts in its own way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cases import CASES

from astor.sandbox import CallsJob, Limits, worker
from astor.sandbox.broker import Broker
from astor.sandbox.filters import Filters
from astor.sandbox.plans import plan


@contextmanager
def opened(variant: str, name: str, workers: int) -> Iterator[Callable[[int], float]]:
    """What runs so many jobs with the layers that `variant` names."""
    if "seccomp" not in variant:
        worker.filters = lambda: Filters(b"", b"")
    if "landlock" not in variant:
        # The launcher that lies beside this file; it finds no Landlock.
        worker.__file__ = __file__
    case = CASES[name]
    job = CallsJob(case.program, case.entry, case.arguments)
    broker = Broker(workers)

    def run(count: int) -> float:
        results = broker.execute([plan(job, Limits()) for _ in range(count)])
        for result in results:
            assert result.outcome == "passed", result
            assert tuple(claim.value for claim in result.claims) == case.expected
        return sum(result.cpu_seconds for result in results)

    yield run
    broker.close()
