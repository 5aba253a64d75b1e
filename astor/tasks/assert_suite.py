"""What a suite of asserts is worth, from what a function and its mutants gave for the same calls."""

from collections.abc import Iterable, Sequence
from typing import Any

from astor.records import Outcome
from astor.sandbox import Claim, Ending, Result, same_value
from astor.tasks.task import Judgement

COUNTED = 8
"""Asserts of an answer that count, its first ones: more would only pay for length."""


class AssertSuite:
    """The asserts that count: `calls` holds the different calls, `expected` what was asserted of each, by its text.

    Calls whose arguments are equal are one call, as `f(1)`, `f(True)` and `f(1.0)` are.
    """

    def __init__(self, asserts: Iterable[tuple[tuple[Any, ...], Any, str]], entry: str) -> None:
        counted = list(asserts)[:COUNTED]
        self.tests_entry = all(name == entry for _, _, name in counted)
        self.calls: dict[str, tuple[Any, ...]] = {}
        self.expected: dict[str, list[Any]] = {}
        for arguments, value, _ in counted:
            known = (text for text, call in self.calls.items() if same_value(call, arguments))
            text = next(known, repr(arguments))
            self.calls.setdefault(text, arguments)
            self.expected.setdefault(text, []).append(value)

    @property
    def is_valid(self) -> bool:
        """Whether it has the form that was asked for: two different calls or more, all of the right function."""
        return self.tests_entry and len(self.calls) >= 2


def union_of_calls(suites: Iterable[AssertSuite]) -> dict[str, tuple[Any, ...]]:
    """The different calls of all valid suites, by their text."""
    return {text: call for suite in suites if suite.is_valid for text, call in suite.calls.items()}


class Given:
    """What one version of the function gave for `calls`."""

    def __init__(self, calls: Iterable[str], result: Result) -> None:
        """`calls` are the texts of the calls in the order in which they ran."""
        texts = list(calls)
        self.result = result
        self.claims = dict(zip(texts, result.claims, strict=False))
        """Text of a call → its claim, of those that came to their end."""
        self.last = texts[len(result.claims)] if len(result.claims) < len(texts) else None
        """The call on which it did not come to its end."""


def judge_asserts(suite: AssertSuite, function: Given | None) -> Judgement | None:
    """What a suite is worth of which not all is right; None of one that is all right, for mutants to decide.

    `function` is what it gave for the calls of all valid suites, None where there are none.
    """
    if not suite.is_valid:
        return Judgement(Outcome.FAILED, 0.0, 0.0, detail="Fewer than two different calls of the function.")
    assert function is not None
    if not suite.calls.keys() <= function.claims.keys():
        return Judgement.ended_early(function.result)
    right = sum(_is_right(function.claims[text], values) for text, values in suite.expected.items())
    share = right / len(suite.calls)
    if share == 1:
        return None
    detail = f"{right} of {len(suite.calls)} calls are asserted right."
    return Judgement(Outcome.FAILED, 0.2 * share, 1.0, {"correct": share, "killed": 0.0}, detail)


def judge_kills(suite: AssertSuite, function: Given, mutants: Sequence[Given], coverage: Result | None) -> Judgement:
    """What a suite is worth that is all right. `coverage` is that of its calls, where it was asked for."""
    if any(mutant.result.ending is Ending.INFRASTRUCTURE_ERROR for mutant in mutants):
        return Judgement(Outcome.INFRASTRUCTURE_ERROR, None, 0.0)
    killed = sum(_is_killed(mutant, function, suite) for mutant in mutants) / len(mutants)
    parts = {"correct": 1.0, "killed": killed}
    if coverage is not None:
        if not coverage.claims:
            return Judgement.ended_early(coverage)
        shares = coverage.claims[0].value
        parts |= {"line_coverage": shares["line"], "branch_coverage": shares["branch"]}
    return Judgement(
        Outcome.PASSED if killed == 1 else Outcome.FAILED,
        0.2 + 0.8 * killed,
        1.0,
        parts,
        f"All calls are asserted right; {killed:.0%} of the mutants are killed.",
    )


def _is_right(claim: Claim, values: Iterable[Any]) -> bool:
    return claim.kind == "value" and all(same_value(claim.value, value) for value in values)


def _is_killed(mutant: Given, function: Given, suite: AssertSuite) -> bool:
    """Whether the mutant gave something else, or did not come to an end, on one of the suite's calls."""
    return mutant.last in suite.calls or any(
        _differ(mutant.claims[text], function.claims[text]) for text in suite.calls if text in mutant.claims
    )


def _differ(claim: Claim, other: Claim) -> bool:
    return claim.kind != "value" or not same_value(claim.value, other.value)
