"""astor's sandbox, in each of its modes, with all its layers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cases import CASES, Case

from astor.sandbox import CallsJob, CheckJob, Ending, Job, Sandbox, SandboxOptions, StdinJob


def calls(case: Case) -> tuple[Job, tuple[object, ...]]:
    return CallsJob(case.program, case.entry, case.arguments), case.expected


def check(case: Case) -> tuple[Job, tuple[object, ...]]:
    return CheckJob(case.program, case.entry, case.check), ()


def unittest(case: Case) -> tuple[Job, tuple[object, ...]]:
    return CheckJob(case.program, case.entry, case.unittest, "unittest"), (True,)


def pytest(case: Case) -> tuple[Job, tuple[object, ...]]:
    return CheckJob(case.program, case.entry, case.pytest, "pytest"), (True,)


def stdin(case: Case) -> tuple[Job, tuple[object, ...]]:
    return StdinJob(case.reader, case.lines), tuple(f"{expected}\n" for expected in case.expected)


MODES = {mode.__name__: mode for mode in (calls, check, unittest, pytest, stdin)}


@contextmanager
def opened(variant: str, name: str, workers: int) -> Iterator[Callable[[int], float]]:
    """What runs so many jobs in the mode `variant`."""
    job, expected = MODES[variant](CASES[name])

    def run(count: int) -> float:
        results = sandbox.run([job] * count)
        for result in results:
            assert result.ending is Ending.FINISHED, result
            assert tuple(claim.value for claim in result.claims) == expected
        return sum(result.cpu_seconds for result in results)

    with Sandbox(SandboxOptions(workers=workers)) as sandbox:
        yield run
