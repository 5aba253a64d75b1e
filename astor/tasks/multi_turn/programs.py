"""Programs of trajectories: read from answers and run on tests, each different one once."""

from collections.abc import Sequence

from astor.data.calls import arguments_of
from astor.errors import UserError
from astor.records import Call
from astor.sandbox import CallsJob, Claim, Ending, Job, Result
from astor.sandbox.runner import JobRunner
from astor.tasks.judging import parse_jobs
from astor.tasks.thinking import after_thinking

PARSER = "block"
"""The sandbox's parser that finds the program in an answer."""
TRIES = 3
"""Times that a job is run which ends by our own fault."""

Wanted = tuple[str, str, tuple[Call, ...]]
"""A program, its function's name, and the calls to make."""


def read_programs(sandbox: JobRunner, texts: Sequence[str], entries: Sequence[str]) -> list[str | None]:
    """The program in each answer that defines its entry, as the task's parser finds it, the thinking apart.

    None where there is no block or nothing in it, or where thinking does not end, as for the task's verdicts.
    """
    said = list(map(after_thinking, texts))
    found = parse(sandbox, [(PARSER, entry, text or "") for entry, text in zip(entries, said, strict=True)])
    return [
        claim.value if claim.kind == "value" and text is not None else None
        for claim, text in zip(found, said, strict=True)
    ]


def parse(sandbox: JobRunner, asked: Sequence[tuple[str, str, str]]) -> list[Claim]:
    """What a parser of the sandbox makes of each text, of equal ones once: `asked` as `parse_jobs` has it."""
    jobs = parse_jobs(asked)
    claims = {
        (job.parser, job.entry, text): claim
        for job, result in zip(jobs, _run(sandbox, jobs), strict=True)
        for text, claim in zip(job.texts, result.claims, strict=True)
    }
    return [claims[one] for one in asked]


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
