"""The tests that come with an item: what the sandbox runs for its reference, and what is wrong with it afterwards."""

from collections.abc import Sequence
from typing import NamedTuple

from astor.data.calls import arguments_of, result_of
from astor.data.outputs import is_right, output_job
from astor.records import Call, Commit, Conversation, Function, Program, StdinTest
from astor.sandbox import CallsJob, CheckedStdinJob, CheckJob, Claim, Ending, Job, Result, StdinJob, same_value

NO_TESTS = "it has no tests"
FAILS = "it does not pass its own tests"
TIMES_OUT = "it times out on its own tests"
UNKNOWN = "the sandbox could not run it"


class Failure(NamedTuple):
    """What is wrong with an item, as reports count it, and what came of which test; both empty where nothing is."""

    reason: str
    detail: str = ""


def has_reference(content: Function | Program | Commit | Conversation) -> bool:
    """Whether there is a solution that may show that its tests are right; of what has no tests always."""
    match content:
        case Function(source=source):
            return bool(source)
        case Program(solutions=solutions):
            return bool(solutions)
    return True


def references(content: Function | Program | Commit | Conversation) -> Sequence[Function | Program]:
    """The function or program with each of its solutions in turn as the one that counts, and those after it."""
    match content:
        case Function(source=source, other_sources=others):
            sources = (source, *others)
            return [
                content.model_copy(update={"source": each, "other_sources": sources[place + 1 :]})
                for place, each in enumerate(sources)
            ]
        case Program(solutions=solutions):
            return [content.model_copy(update={"solutions": solutions[place:]}) for place in range(len(solutions))]
    return []


def own_tests(content: Function | Program | Commit | Conversation) -> list[Job]:
    """A function on its calls and its check, a program's first solution on all of its tests; nothing for all else."""
    jobs: list[Job] = []
    if isinstance(content, Function) and content.source:
        if content.calls:
            jobs.append(CallsJob(content.source, content.entry, tuple(map(arguments_of, content.calls))))
        if content.check is not None:
            jobs.append(CheckJob(content.source, content.entry, content.check, content.check_style))
    elif isinstance(content, Program) and content.solutions and (tests := _tests(content)):
        cases = [(test.stdin, test.outputs) for test in tests]
        jobs.append(output_job(content.solutions[0], cases, content.checker))
    return jobs


def what_is_wrong(
    content: Function | Program | Commit | Conversation, jobs: Sequence[Job], results: Sequence[Result]
) -> Failure:
    """What came of `own_tests(content)`; what has no tests to have, or nobody to pass them, has nothing wrong."""
    if not _has_tests(content):
        return Failure(NO_TESTS)
    for job, result in zip(jobs, results, strict=True):
        if result.ending is Ending.INFRASTRUCTURE_ERROR:
            return Failure(UNKNOWN, result.detail)
        if result.ending is Ending.TIMEOUT:
            return Failure(TIMES_OUT, result.detail)
        if told := _told(content, job, result):
            return Failure(FAILS, told)
    return Failure("")


def _has_tests(content: Function | Program | Commit | Conversation) -> bool:
    match content:
        case Function(calls=calls, check=check):
            return bool(calls) or check is not None
        case Program():
            return bool(_tests(content))
    return True


def _told(content: object, job: Job, result: Result) -> str:
    # A StdinJob fails as a whole by one of its claims, which tells more.
    if result.ending is Ending.FAILED and not (isinstance(job, StdinJob | CheckedStdinJob) and _has_raised(result)):
        return result.detail
    if result.ending not in (Ending.FINISHED, Ending.FAILED):
        return f"{result.ending.value.replace('_', ' ')}: {result.detail}"
    if isinstance(job, CheckJob):
        return ""
    assert isinstance(content, Function | Program)
    tests: Sequence[Call | StdinTest] = content.calls if isinstance(content, Function) else _tests(content)
    differs = [_differs(content, claim, test) for claim, test in zip(result.claims, tests, strict=True)]
    return next((f"test {place} of {len(differs)}: {told}" for place, told in enumerate(differs, 1) if told), "")


def _has_raised(result: Result) -> bool:
    return any(claim.exception for claim in result.claims)


def _tests(content: Program) -> tuple[StdinTest, ...]:
    return (*content.public_tests, *content.hidden_tests)


def _differs(content: Function | Program, claim: Claim, test: Call | StdinTest) -> str:
    """What is wrong with the claim about a test; empty where it is what the test expects."""
    if claim.kind == "raised":
        return f"it raised {claim.exception or 'nothing and ended early'}"
    if claim.kind == "opaque":
        return "the result is not plain data"
    if isinstance(test, Call):
        assert isinstance(content, Function)
        same = same_value(claim.value, result_of(test), content.tolerance)
        return "" if same else "the result is another one"
    assert isinstance(content, Program)
    if is_right(claim, test.outputs, content.compare, content.tolerance, content.checker):
        return ""
    return "the output is another one" if content.checker is None else "its checker does not accept the output"
