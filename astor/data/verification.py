"""Finds out in the sandbox whether items that others wrote are what they claim to be."""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

from astor.data.calls import arguments_of, result_of
from astor.records import Call, Function, Item, Outcome
from astor.sandbox import CallsJob, CheckJob, Claim, Result, same_value
from astor.sandbox.runner import JobRunner

CANDIDATES = 8
"""Mutants of a function that are run, drawn by its structural hash. Our choice: some loop until their time is over."""
KEPT = 5
"""Mutants of a function that are kept. Our choice: each is one more program per prompt of the unit-test task."""


def verified(items: Iterable[Item], sandbox: JobRunner) -> tuple[list[Item], Counter[str]]:
    """The items that hold what they claim, and how many were left out, by reason.

    A function stays when it passes its own tests, with those of its mutants that end, do not raise on every call and
    give another result than the function on some call. Commits stay as they are.
    """
    kept: list[Item] = []
    left_out: Counter[str] = Counter()
    candidates = [(item, _mutants(item)) for item in items]
    jobs = [_jobs(item, mutants) for item, mutants in candidates]
    results = iter(sandbox.run([job for group in jobs for job in group]))
    for (item, mutants), group in zip(candidates, jobs, strict=True):
        function, ended = item.content, [next(results) for _ in group]
        if not isinstance(function, Function):
            kept.append(item)
            continue
        tests = len(group) - len(mutants)
        if tests == 0:
            left_out["it has no tests"] += 1
            continue
        if not all(_passes(job, result, function.calls) for job, result in zip(group[:tests], ended, strict=False)):
            left_out["it does not pass its own tests"] += 1
            continue
        living = [
            mutant
            for mutant, result in zip(mutants, ended[tests:], strict=True)
            if _is_killable(result, function.calls)
        ]
        content = function.model_copy(update={"mutants": tuple(living[:KEPT])})
        kept.append(item.model_copy(update={"content": content}))
    return kept, left_out


def _mutants(item: Item) -> list[str]:
    function = item.content
    if not isinstance(function, Function) or not function.calls:
        return []
    count = min(CANDIDATES, len(function.mutants))
    return Random(item.structural_hash).sample(function.mutants, count)


def _jobs(item: Item, mutants: Sequence[str]) -> list[CallsJob | CheckJob]:
    function = item.content
    if not isinstance(function, Function):
        return []
    arguments = tuple(arguments_of(call) for call in function.calls)
    jobs: list[CallsJob | CheckJob] = []
    if function.calls:
        jobs.append(CallsJob(function.source, function.entry, arguments))
    if function.check is not None:
        jobs.append(CheckJob(function.source, function.entry, function.check))
    return [*jobs, *(CallsJob(mutant, function.entry, arguments) for mutant in mutants)]


def _agrees(claim: Claim, call: Call) -> bool:
    return claim.kind == "value" and same_value(claim.value, result_of(call))


def _passes(job: CallsJob | CheckJob, result: Result, calls: Sequence[Call]) -> bool:
    if result.outcome is not Outcome.PASSED or isinstance(job, CheckJob):
        return result.outcome is Outcome.PASSED
    return all(_agrees(claim, call) for claim, call in zip(result.claims, calls, strict=True))


def _is_killable(result: Result, calls: Sequence[Call]) -> bool:
    if result.outcome is not Outcome.PASSED or all(claim.kind == "raised" for claim in result.claims):
        return False
    return not all(_agrees(claim, call) for claim, call in zip(result.claims, calls, strict=True))
