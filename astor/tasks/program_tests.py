"""How a program is run on tests, calls of its function or standard inputs, and which of them it passes."""

from collections.abc import Sequence
from typing import Literal

from astor.data.calls import arguments_of, result_of
from astor.data.outputs import is_right, output_job
from astor.records import Call, Record, StdinTest
from astor.sandbox import CallsJob, Ending, Job, Result, same_value
from astor.tolerance import Tolerance

ENDS = (Ending.FINISHED, Ending.FAILED)


class ProgramTests(Record):
    """The tests of a function, or of a whole program: each a call with the standard input as its one argument and the
    standard output as its result, or a tuple of all that are right."""

    entry: str | None
    """Name of the function; None where whole programs are run."""
    public_tests: tuple[Call, ...] = ()
    """Tests that the prompt shows: an answer must pass them and earns nothing by it."""
    tests: tuple[Call, ...] = ()
    """Hidden tests that the reward runs."""
    second_tests: tuple[Call, ...] = ()
    """Hidden tests that the reward never runs; evaluation does."""
    check: str | None = None
    """Hidden test code that defines `check(candidate)`; it runs in the test process of two-process mode."""
    check_style: Literal["check", "unittest", "pytest"] = "check"
    preamble: str = ""
    """Code that stands before each program when it runs, as the prompt shows it."""
    compare: Literal["exact", "whitespace", "float"] = "whitespace"
    """How outputs of whole programs are compared, as `astor.sandbox.same_output` defines it."""
    tolerance: Tolerance | None = None
    """How far floats may lie from the expected ones; None leaves it to `same_value` and `same_output`."""
    checker: str | None = None
    """Program that decides on outputs of whole programs in place of `compare`."""


def as_call(test: StdinTest) -> Call:
    """A test of a whole program, as a call of it."""
    return Call(arguments=repr((test.stdin,)), returns=repr(test.outputs if test.others else test.stdout))


def job_on(calls: Sequence[Call], reference: ProgramTests, program: str) -> Job:
    """What the sandbox runs for `program` on `calls`, some of the tests."""
    arguments = tuple(map(arguments_of, calls))
    if reference.entry is None:
        tests = [(stdin, _outputs(call)) for (stdin,), call in zip(arguments, calls, strict=True)]
        return output_job(program, tests, reference.checker)
    return CallsJob(program, reference.entry, arguments)


def _outputs(call: Call) -> tuple[str, ...]:
    """The outputs that are right, of a test of a whole program."""
    outputs = result_of(call)
    return outputs if isinstance(outputs, tuple) else (outputs,)


def passes(reference: ProgramTests, result: Result, calls: Sequence[Call]) -> list[bool]:
    """Whether the program claims what is right, per call; all False where it did not come to its end.

    A whole program has an end for each input: one that exits with an error fails that test alone.
    """
    if reference.entry is None and result.ending in ENDS:
        return [
            is_right(claim, _outputs(call), reference.compare, reference.tolerance, reference.checker)
            for claim, call in zip(result.claims, calls, strict=True)
        ]
    if result.ending is not Ending.FINISHED:
        return [False] * len(calls)
    return [
        claim.kind == "value" and same_value(claim.value, result_of(call), reference.tolerance)
        for claim, call in zip(result.claims, calls, strict=True)
    ]


def says_something(reference: ProgramTests, result: Result) -> bool:
    """Whether there is a program to speak of: of a whole one, whether it writes anything at all."""
    if reference.entry is not None:
        return result.ending is not Ending.MALFORMED
    written = (claim.value for claim in result.claims if claim.kind == "value")
    return any((value if reference.checker is None else value[0]).strip() for value in written)
