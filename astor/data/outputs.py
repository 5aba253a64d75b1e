"""What the sandbox runs for a whole program, and which of its outputs are right."""

from collections.abc import Sequence

from astor.sandbox import CheckedStdinJob, Claim, Job, StdinJob, same_output
from astor.sandbox.comparison import How
from astor.tolerance import Tolerance


def output_job(program: str, tests: Sequence[tuple[str, Sequence[str]]], checker: str | None) -> Job:
    """The program on each test, a standard input and the outputs that are right; a checker is given the first."""
    inputs = tuple(stdin for stdin, _ in tests)
    if checker is None:
        return StdinJob(program, inputs)
    return CheckedStdinJob(program, inputs, checker, tuple(outputs[0] for _, outputs in tests))


def is_right(
    claim: Claim, outputs: Sequence[str], how: How, tolerance: Tolerance | None = None, checker: str | None = None
) -> bool:
    """Whether the claim of such a job is that the program wrote one of `outputs`, or what the checker accepts."""
    if claim.kind != "value":
        return False
    if checker is not None:
        return bool(claim.value[1])
    return any(same_output(claim.value, output, how, tolerance) for output in outputs)
