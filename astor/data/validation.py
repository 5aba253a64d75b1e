"""Runs the reference solutions of items on the items' own tests, and says of each what is wrong with it."""

from collections.abc import Iterable, Iterator
from itertools import islice

from astor.data.calls import arguments_of, result_of
from astor.records import Function, Item, Outcome, Program
from astor.sandbox import CallsJob, CheckJob, Claim, Job, Result, StdinJob, same_output, same_value
from astor.sandbox.runner import JobRunner

BATCH = 256
"""Items whose programs are run together. Our choice: work enough for every core, and little memory."""


def validate(items: Iterable[Item], sandbox: JobRunner) -> Iterator[tuple[Item, str]]:
    """Every item, in order, and what is wrong with it: empty where its reference passes all of its tests.

    The reference of a function is its source, that of a program its first solution. What has nothing to run, as a
    commit, has nothing wrong. Items are read a few hundred at a time.
    """
    left = iter(items)
    while batch := list(islice(left, BATCH)):
        jobs = [_jobs(item) for item in batch]
        results = iter(sandbox.run([job for group in jobs for job in group]))
        for item, group in zip(batch, jobs, strict=True):
            yield item, _wrong(item, [(job, next(results)) for job in group])


def _jobs(item: Item) -> list[Job]:
    content = item.content
    jobs: list[Job] = []
    if isinstance(content, Function):
        if content.calls:
            jobs.append(CallsJob(content.source, content.entry, tuple(map(arguments_of, content.calls))))
        if content.check is not None:
            jobs.append(CheckJob(content.source, content.entry, content.check))
    elif isinstance(content, Program) and content.solutions:
        tests = (*content.public_tests, *content.hidden_tests)
        jobs += [StdinJob(content.solutions[0], tuple(test.stdin for test in tests))] if tests else []
    return jobs


def _wrong(item: Item, ended: list[tuple[Job, Result]]) -> str:
    content = item.content
    if isinstance(content, Program) and not content.solutions:
        return "it has no solution"
    if isinstance(content, Function | Program) and not ended:
        return "it has no tests"
    for job, result in ended:
        # A StdinJob fails as a whole by one of its claims, which tells more.
        if result.outcome is not Outcome.PASSED and not (isinstance(job, StdinJob) and _has_raised(result)):
            return f"{result.outcome.value.replace('_', ' ')}: {result.detail}"
        if isinstance(job, CheckJob):
            continue
        for place, claim in enumerate(result.claims):
            if wrong := _differs(content, place, claim):
                return f"test {place + 1} of {len(result.claims)}: {wrong}"
    return ""


def _has_raised(result: Result) -> bool:
    return result.outcome is Outcome.FAILED and any(claim.exception for claim in result.claims)


def _differs(content: object, place: int, claim: Claim) -> str:
    """What is wrong with the claim about a test; empty where it is what the test expects."""
    if claim.kind == "raised":
        return f"it raised {claim.exception or 'nothing and ended early'}"
    if claim.kind == "opaque":
        return "the result is not plain data"
    if isinstance(content, Program):
        test = (*content.public_tests, *content.hidden_tests)[place]
        return "" if same_output(claim.value, test.stdout, content.compare) else "the output is another one"
    assert isinstance(content, Function)
    return "" if same_value(claim.value, result_of(content.calls[place])) else "the result is another one"
