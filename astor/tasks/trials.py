"""How a program is tried on calls of its function, or on standard inputs, and which of them it passes."""

from collections.abc import Sequence

from astor.data.calls import arguments_of, result_of
from astor.records import Call, Reference, StdinTest
from astor.sandbox import CallsJob, Ending, Job, Result, StdinJob, same_output, same_value

PROGRAM = "program"
"""Kind of a reference whose tests are of a whole program, each a call with the standard input as its one argument and
the standard output as its result."""
ENDS = (Ending.FINISHED, Ending.FAILED)


def as_call(test: StdinTest) -> Call:
    """A test of a whole program, as a call of it."""
    return Call(arguments=repr((test.stdin,)), returns=repr(test.stdout))


def trial(reference: Reference, program: str, calls: Sequence[Call]) -> Job:
    """What the sandbox runs to try `program` on `calls`."""
    arguments = tuple(map(arguments_of, calls))
    if reference.kind == PROGRAM:
        return StdinJob(program, tuple(stdin for (stdin,) in arguments))
    return CallsJob(program, reference.entry, arguments)


def passes(reference: Reference, result: Result, calls: Sequence[Call]) -> list[bool]:
    """Per call, whether the program claims what is right; all False where it did not come to its end.

    A whole program has an end for each input: one that exits with an error fails that test alone.
    """
    expected = map(result_of, calls)
    if reference.kind == PROGRAM and result.ending in ENDS:
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


def says_something(reference: Reference, result: Result) -> bool:
    """Whether there is a program to speak of: of a whole one, whether it writes anything at all."""
    if reference.kind != PROGRAM:
        return result.ending is not Ending.MALFORMED
    return any(claim.kind == "value" and claim.value.strip() for claim in result.claims)
