"""From the sandbox's claims to what became of each public test."""

from collections.abc import Sequence

from astor.literals import read_literal, write_literal
from astor.records import Call, PublicTest
from astor.sandbox import Claim, Ending, Result, same_output, same_value
from astor.sandbox.comparison import How
from astor.tasks.multi_turn.feedback import PublicRun
from astor.tolerance import Tolerance


def runs_of_calls(result: Result, tests: Sequence[PublicTest], tolerance: Tolerance | None = None) -> list[PublicRun]:
    """What became of the tests whose calls a `CallsJob` made, in order.

    The expected output of a test is a literal, right or perturbed. A call without a claim is the one at which the
    program ended, or one after it: all of them ended as it did.
    """
    _require_judged(result)
    claims = result.claims[: len(tests)]
    ended = [_ended(result.ending, result.detail)] * (len(tests) - len(claims))
    return [_of_call(claim, test, tolerance) for claim, test in zip(claims, tests, strict=False)] + ended


def passes(result: Result, calls: Sequence[Call], tolerance: Tolerance | None = None) -> tuple[bool, ...]:
    """Whether the program returned what the call returns, per call. A call that was not answered is not passed."""
    tests = [PublicTest(input="", expected=call.returns) for call in calls]
    return tuple(run.end == "passed" for run in runs_of_calls(result, tests, tolerance))


def runs_of_streams(results: Sequence[Result], tests: Sequence[PublicTest], how: How) -> list[PublicRun]:
    """What became of the tests whose inputs were standard input, from one `StdinJob` of one input for each.

    One job a test, and not one for all, because a job tells how its first abnormal end came about, and no other.
    """
    return [_of_stream(result, test, how) for result, test in zip(results, tests, strict=True)]


def same_literal(one: str, other: str) -> bool:
    """Whether a program that passes a test which expects the one passes it when it expects the other."""
    return same_value(read_literal(one), read_literal(other))


def _of_call(claim: Claim, test: PublicTest, tolerance: Tolerance | None) -> PublicRun:
    if claim.kind == "raised":
        return PublicRun("error", error=claim.exception)
    if claim.kind == "opaque":
        return PublicRun("wrong", "a value that is not plain data")
    passed = same_value(claim.value, read_literal(test.expected), tolerance)
    return PublicRun("passed" if passed else "wrong", write_literal(claim.value))


def _of_stream(result: Result, test: PublicTest, how: How) -> PublicRun:
    _require_judged(result)
    if result.ending is not Ending.FINISHED:
        named = result.claims[0].exception if result.claims else ""
        return PublicRun("error", error=named) if named else _ended(result.ending, result.detail)
    output = result.claims[0].value
    return PublicRun("passed" if same_output(output, test.expected, how) else "wrong", output)


def _ended(ending: Ending, detail: str) -> PublicRun:
    return PublicRun("timeout") if ending is Ending.TIMEOUT else PublicRun("error", error=detail)


def _require_judged(result: Result) -> None:
    assert result.ending is not Ending.INFRASTRUCTURE_ERROR, "our failure is not the program's: run it again"
