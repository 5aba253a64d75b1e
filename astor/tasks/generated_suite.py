"""What free-form test code is worth, from what the sandbox found of it against a function and its mutants."""

import ast
from typing import Any

from astor.records import Outcome, Record
from astor.sandbox import Ending, GeneratedTestsJob, Result
from astor.sandbox.inside.expressions import share_found
from astor.tasks.endings import outcome_of
from astor.tasks.task import Judgement

COPIED = 0.5
"""Largest share of the function's own expressions that its tests may hold. Our choice: a test may state a property that
reads like a line of the function, and not compute the function again."""


class TestedFunction(Record):
    """The function that an answer tests, and those that its tests shall tell apart from it."""

    entry: str
    solution: str
    """The function's source."""
    mutants: tuple[str, ...]
    """Sources that differ from `solution` in behaviour, one at least."""


def job_of(reference: TestedFunction, tests: dict[str, Any]) -> GeneratedTestsJob:
    """What the sandbox runs for tests that `parse_tests` read as code."""
    return GeneratedTestsJob(tests["source"], reference.entry, reference.solution, reference.mutants)


def judge_generated(reference: TestedFunction, tests: dict[str, Any], result: Result, extended: bool) -> Judgement:
    """Tests are paid as asserts are by `judge_suite`, but those that fail on the function earn nothing, nor do those
    that kill nothing: how much of such tests is right, the tests alone would say."""
    if not result.claims:
        return Judgement.ended_early(result)
    found = result.claims[0].value
    well_formed = found["distinct_calls"] >= 2
    copies = share_found(ast.parse(reference.solution), tests["expressions"]) > COPIED
    passed = found["passed"] and well_formed and not copies
    killed = found["killed"] / found["mutants"] if passed else 0.0
    parts = {"correct": float(passed), "killed": killed}
    if extended:
        parts |= {"line_coverage": found["line"] * passed, "branch_coverage": found["branch"] * passed}
    abnormal = result.ending not in (Ending.FINISHED, Ending.FAILED)
    outcome = Outcome.PASSED if killed == 1 else outcome_of(result.ending) if abnormal else Outcome.FAILED
    score = 0.2 + 0.8 * killed if killed else 0.0
    detail = " ".join([_detail(passed, copies, killed, result), *map(_left_out, found["left_out"].items())])
    return Judgement(outcome, score, float(well_formed), parts, detail)


def _left_out(reason: tuple[str, int]) -> str:
    return f"Left out: {reason[1]}, for {reason[0]}."


def _detail(passed: bool, copies: bool, killed: float, result: Result) -> str:
    if passed:
        return f"The tests pass; {killed:.0%} of the mutants are killed."
    return "The tests compute the function again." if copies else result.detail or "Fewer than two different calls."
