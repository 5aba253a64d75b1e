"""astor's sandbox, in each of its modes, with all its layers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cases import CASES, Case

from astor.sandbox import CallsJob, CheckJob, Job, Sandbox, SandboxOptions, StdinJob


def calls(case: Case) -> tuple[Job, tuple[object, ...]]:
    return CallsJob(case.program, case.entry, case.arguments), case.expected


def check(case: Case) -> tuple[Job, tuple[object, ...]]:
    return CheckJob(case.program, case.entry, case.check), ()


def stdin(case: Case) -> tuple[Job, tuple[object, ...]]:
    return StdinJob(case.reader, case.lines), tuple(f"{expected}\n" for expected in case.expected)


MODES = {mode.__name__: mode for mode in (calls, check, stdin)}


@contextmanager
def opened(variant: str, name: str, workers: int) -> Iterator[Callable[[int], None]]:
    """What runs so many jobs in the mode `variant`."""
    job, expected = MODES[variant](CASES[name])

    def run(count: int) -> None:
        for result in sandbox.run([job] * count):
            assert result.outcome == "passed", result
            assert tuple(claim.value for claim in result.claims) == expected

    with Sandbox(SandboxOptions(workers=workers)) as sandbox:
        yield run
