"""What a suite of asserts is worth, from what a function and its mutants gave for the same calls."""

from collections.abc import Iterable, Sequence
from typing import Any

from astor.literals import write_literal
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
            text = next(known, write_literal(arguments))
            self.calls.setdefault(text, arguments)
            self.expected.setdefault(text, []).append(value)

    @property
    def is_valid(self) -> bool:
        """Whether it has the form that was asked for: two different calls or more, all of the right function."""
        return self.tests_entry and len(self.calls) >= 2


def union_of_calls(suites: Iterable[AssertSuite]) -> dict[str, tuple[Any, ...]]:
    """The different calls of all valid suites, by their text."""
    return {text: call for suite in suites if suite.is_valid for text, call in suite.calls.items()}


def judge_suite(
    suite: AssertSuite, places: dict[str, int], runs: Sequence[Result], coverage: Result | None
) -> Judgement:
    """Judge by `runs` of the function and then its mutants, whose claims stand at `places` of the calls' texts.

    `coverage` is that of the suite's calls, where it was asked for.
    """
    if not suite.is_valid:
        return Judgement(Outcome.FAILED, 0.0, 0.0, detail="Fewer than two different calls of the function.")
    function, mutants = runs[0], runs[1:]
    right = []
    for text, values in suite.expected.items():
        if places[text] >= len(function.claims):
            return Judgement.ended_early(function)
        claim = function.claims[places[text]]
        if claim.kind == "value" and all(same_value(claim.value, value) for value in values):
            right.append(places[text])
    share = len(right) / len(suite.calls)
    if share < 1:
        detail = f"{len(right)} of {len(suite.calls)} calls are asserted right."
        return Judgement(Outcome.FAILED, 0.2 * share, 1.0, {"correct": share, "killed": 0.0}, detail)
    if any(mutant.ending is Ending.INFRASTRUCTURE_ERROR for mutant in mutants):
        return Judgement(Outcome.INFRASTRUCTURE_ERROR, None, 0.0)
    killed = sum(_is_killed(mutant, function, right) for mutant in mutants) / len(mutants)
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


def _is_killed(mutant: Result, function: Result, places: Iterable[int]) -> bool:
    """Whether the mutant gave something else, or did not come to an end, on one of the calls at `places`."""
    return any(
        place == len(mutant.claims)
        if place >= len(mutant.claims)
        else _differ(mutant.claims[place], function.claims[place])
        for place in places
    )


def _differ(claim: Claim, other: Claim) -> bool:
    return claim.kind != "value" or not same_value(claim.value, other.value)
