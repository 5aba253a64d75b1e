"""What the runs of every job are made of: a request, a run that outlives a worker, a result."""

from collections.abc import Generator
from typing import Any

from astor.errors import UserError
from astor.sandbox.inside.codec import NotPlainDataError
from astor.sandbox.inside.frames import pack_request
from astor.sandbox.options import Limits
from astor.sandbox.results import Claim, Ending, Result
from astor.sandbox.workers.evidence import Evidence
from astor.sandbox.workers.run import Run, Runs


def with_retry(run: Run) -> Generator[Run, Evidence, Evidence]:
    """A run, once more where its worker died or failed. Where two died of it and a control run stands, it is to blame.

    So that breaking the sandbox is never better than failing, and that a broken machine is never held against a run.
    """
    first = yield run
    if not first.failure:
        return first
    second = yield run
    if second.failure and first.worker_died and second.worker_died:
        control = yield CONTROL
        if not control.failure and control.children[0].transcript.claims == (Claim("value", 1),):
            return Evidence(failure="it broke two workers", worker_died=True, forbidden=True)
    return second


def request(limits: Limits, **job: Any) -> bytes:
    """What a child is sent; UserError where the job holds what is no plain data."""
    try:
        return pack_request({**job, "output_bytes": limits.output_bytes})
    except NotPlainDataError as error:
        raise UserError(f"The arguments of a call must be plain data, but {error}.") from error


def one_run(asked: bytes, answers: int, limits: Limits) -> Runs:
    """A job that is one run of one child, which is to give `answers` claims."""
    evidence = yield from with_retry(Run((asked,), (answers,), limits))
    if evidence.failure:
        return unjudged(evidence)
    (child,) = evidence.children
    ending, detail = child.ending(limits, answers)
    return Result(ending, child.transcript.claims, evidence.cpu_seconds, detail)


def unjudged(evidence: Evidence) -> Result:
    """The result of a run without evidence of how its children ended."""
    ending = Ending.FORBIDDEN if evidence.forbidden else Ending.INFRASTRUCTURE_ERROR
    return Result(ending, (), evidence.cpu_seconds, evidence.failure)


CONTROL = Run(
    (request(Limits(), mode="calls", program="def same(x): return x", entry="same", arguments=[(1,)]),), (1,), Limits()
)
"""A run that only a broken worker fails."""
