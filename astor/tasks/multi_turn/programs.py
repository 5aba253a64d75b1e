"""Programs of trajectories: read from answers and run on tests, each different one once."""

from collections.abc import Sequence

from astor.data.calls import arguments_of
from astor.errors import UserError
from astor.records import Call
from astor.sandbox import CallsJob, Claim, Ending, Job, ParseJob, Result
from astor.sandbox.runner import JobRunner
from astor.tasks.judging import TEXTS_PER_JOB
from astor.tasks.thinking import BEGINNING_OF_THINKING, after_thinking

PARSER = "block"
"""The sandbox's parser that finds the program in an answer."""
TRIES = 3
"""Times that a job is run which ends by our own fault."""

Wanted = tuple[str, str, tuple[Call, ...]]
"""A program, its function's name, and the calls to make."""


def read_programs(sandbox: JobRunner, texts: Sequence[str]) -> list[str | None]:
    """The program in the last fenced block of each answer, its thinking apart.

    None where there is no block or nothing in it, or where thinking does not end, as for the task's verdicts.
    """
    found = parse(sandbox, PARSER, list(map(after_thinking, texts)))

    def read(said: str) -> str | None:
        claim = found[said]
        unended = said.startswith(BEGINNING_OF_THINKING)
        return claim.value or None if claim.kind == "value" and not unended else None

    return [read(after_thinking(text)) for text in texts]


def parse(sandbox: JobRunner, parser: str, texts: Sequence[str]) -> dict[str, Claim]:
    """What a parser of the sandbox makes of each text, of equal ones once."""
    distinct = list(dict.fromkeys(texts))
    jobs = [
        ParseJob(parser, tuple(distinct[start : start + TEXTS_PER_JOB]))
        for start in range(0, len(distinct), TEXTS_PER_JOB)
    ]
    claims = [claim for result in _run(sandbox, jobs) for claim in result.claims]
    return dict(zip(distinct, claims, strict=True))


def run_calls(sandbox: JobRunner, wanted: Sequence[Wanted]) -> dict[Wanted, Result]:
    """What became of each of `wanted`, of equal ones once."""
    distinct = list(dict.fromkeys(wanted))
    jobs = [CallsJob(program, entry, tuple(map(arguments_of, calls))) for program, entry, calls in distinct]
    return dict(zip(distinct, _run(sandbox, jobs), strict=True))


def _run(sandbox: JobRunner, jobs: Sequence[Job]) -> list[Result]:
    """The results; jobs that end by our own fault are run again. UserError where they go on to do so."""
    results = sandbox.run(jobs)
    for _ in range(TRIES - 1):
        failed = [place for place, result in enumerate(results) if result.ending is Ending.INFRASTRUCTURE_ERROR]
        for place, result in zip(failed, sandbox.run([jobs[place] for place in failed]), strict=True):
            results[place] = result
    if broken := [result for result in results if result.ending is Ending.INFRASTRUCTURE_ERROR]:
        raise UserError(
            f"The sandbox failed {TRIES} times on {len(broken)} of {len(jobs)} programs ({broken[0].detail}): run "
            "`astor sandbox check`, then the same command again."
        )
    return results
