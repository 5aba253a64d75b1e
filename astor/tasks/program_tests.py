"""How a program is run on tests, calls of its function or standard inputs, and which of them it passes."""

from collections.abc import Sequence
from typing import Literal

from astor.data.calls import arguments_of, result_of
from astor.records import Call, Record, StdinTest
from astor.sandbox import CallsJob, Ending, Job, Result, StdinJob, same_output, same_value

ENDS = (Ending.FINISHED, Ending.FAILED)


class ProgramTests(Record):
    """The tests of a function, or of a whole program: each a call with the standard input as its one argument and the
    standard output as its result."""

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


def as_call(test: StdinTest) -> Call:
    """A test of a whole program, as a call of it."""
    return Call(arguments=repr((test.stdin,)), returns=repr(test.stdout))


def job_on(calls: Sequence[Call], reference: ProgramTests, program: str) -> Job:
    """What the sandbox runs for `program` on `calls`, some of the tests."""
    arguments = tuple(map(arguments_of, calls))
    if reference.entry is None:
        return StdinJob(program, tuple(stdin for (stdin,) in arguments))
    return CallsJob(program, reference.entry, arguments)


def passes(reference: ProgramTests, result: Result, calls: Sequence[Call]) -> list[bool]:
    """Whether the program claims what is right, per call; all False where it did not come to its end.

    A whole program has an end for each input: one that exits with an error fails that test alone.
    """
    expected = map(result_of, calls)
    if reference.entry is None and result.ending in ENDS:
        return [
            claim.kind == "value" and same_output(claim.value, output, reference.compare)
            for claim, output in zip(result.claims, expected, strict=True)
        ]
    if result.ending is not Ending.FINISHED:
        return [False] * len(calls)
    return [
        claim.kind == "value" and same_value(claim.value, value)
        for claim, value in zip(result.claims, expected, strict=True)
    ]


def says_something(reference: ProgramTests, result: Result) -> bool:
    """Whether there is a program to speak of: of a whole one, whether it writes anything at all."""
    if reference.entry is not None:
        return result.ending is not Ending.MALFORMED
    return any(claim.kind == "value" and claim.value.strip() for claim in result.claims)
