"""How a job becomes runs, and their evidence a result.

A plan is a generator that yields runs, is sent the evidence of each, and returns a result. It knows nothing of
workers; the broker knows nothing of jobs.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from astor.errors import UserError
from astor.records import Outcome
from astor.sandbox.codec import NotPlainDataError
from astor.sandbox.evidence import Evidence
from astor.sandbox.frames import pack_request
from astor.sandbox.jobs import CallsJob, CheckJob, Claim, CoverageJob, Job, ParseJob, Result
from astor.sandbox.options import Limits
from astor.sandbox.parsers import PARSERS, TEXT_BYTES


@dataclass(frozen=True)
class Run:
    """One job's children, forked together: what each is sent, and how many claims each may make."""

    requests: tuple[bytes, ...]
    answers: tuple[int, ...]
    limits: Limits


Plan = Generator[Run, Evidence, Result]

BROKEN_CHECK = "the check can't be used: "
"""How the detail of a CheckJob starts that failed for its own check's sake, as an infrastructure error."""


PARSE_OUTPUT_BYTES = 1 << 22
"""Bytes of claims that one child may make of texts: one text of 10 kB makes at most 50 kB of data."""


def plan(job: Job, limits: Limits) -> Plan:
    """The plan of a job; UserError, when it is started, where the job holds what can't be run."""
    match job:
        case CallsJob():
            return _calls(job, limits)
        case CheckJob():
            return _check(job, limits)
        case ParseJob():
            return _parse(job, limits)
        case CoverageJob():
            return _coverage(job, limits)


def _calls(job: CallsJob, limits: Limits) -> Plan:
    request = _request(limits, mode="calls", program=job.program, entry=job.entry, arguments=list(job.arguments))
    evidence = yield from _supervised(Run((request,), (len(job.arguments),), limits))
    return _result_of_one(evidence, limits, len(job.arguments))


def _coverage(job: CoverageJob, limits: Limits) -> Plan:
    request = _request(limits, mode="coverage", program=job.program, entry=job.entry, arguments=list(job.arguments))
    evidence = yield from _supervised(Run((request,), (1,), limits))
    return _result_of_one(evidence, limits, 1)


def _check(job: CheckJob, limits: Limits) -> Plan:
    candidate = _request(limits, mode="candidate", program=job.program, entry=job.entry)
    test = _request(limits, mode="test", check=job.check, entry=job.entry)
    evidence = yield from _supervised(Run((candidate, test), (0, 0), limits))
    if evidence.failure:
        return _unjudged(evidence)
    program, check = evidence.children
    outcome, detail = check.outcome(limits, 0)
    if check.account.ending == "broken":
        outcome, detail = Outcome.INFRASTRUCTURE_ERROR, BROKEN_CHECK + check.account.why
    elif outcome is not Outcome.PASSED and not program.left_over:
        # Why the check lost the program says more than that it did.
        own, why = program.outcome(limits, 0)
        if own is not Outcome.PASSED:
            outcome, detail = own, why
    return Result(outcome, (), evidence.cpu_seconds, detail)


def _parse(job: ParseJob, limits: Limits) -> Plan:
    """One child reads text after text. Where it dies, the next child starts with the text at which it died; the text
    at which a child dies first thing is malformed."""
    if job.parser not in PARSERS:
        raise UserError(f"There is no parser {job.parser!r}: the sandbox has {', '.join(sorted(PARSERS))}.")
    limits = limits.model_copy(update={"output_bytes": PARSE_OUTPUT_BYTES})
    malformed = Claim("raised", exception="ValueError")
    sizes = [len(text.encode("utf-8", "surrogatepass")) for text in job.texts]
    claims = {place: malformed for place, size in enumerate(sizes) if size > TEXT_BYTES}
    heap = [[place for place, size in enumerate(sizes) if size <= TEXT_BYTES]]
    cpu_seconds = 0.0
    while heap:
        left = heap.pop()
        if not left:
            continue
        request = _request(limits, mode="parse", parser=job.parser, texts=[job.texts[place] for place in left])
        evidence = yield from _supervised(Run((request,), (len(left),), limits))
        cpu_seconds += evidence.cpu_seconds
        if evidence.failure and len(left) > 1:
            half = len(left) // 2
            heap += [left[half:], left[:half]]
        elif evidence.failure and not evidence.forbidden:
            return _unjudged(evidence)
        else:
            read = evidence.children[0].account.claims if evidence.children else ()
            claims.update(zip(left, read or (malformed,), strict=False))
            heap.append(left[max(1, len(read)) :])
    return Result(Outcome.PASSED, tuple(claims[place] for place in range(len(job.texts))), cpu_seconds, "")


def _supervised(run: Run) -> Generator[Run, Evidence, Evidence]:
    """A run, once more where its worker died or failed. Where two died of it and a control run stands, it is to blame.

    So that breaking the sandbox is never better than failing, and that a broken machine is never held against a run.
    """
    first = yield run
    if not first.failure:
        return first
    second = yield run
    if second.failure and first.worker_died and second.worker_died:
        control = yield CONTROL
        if not control.failure and control.children[0].account.claims == (Claim("value", 1),):
            return Evidence(failure="it broke two workers", worker_died=True, forbidden=True)
    return second


def _request(limits: Limits, **job: Any) -> bytes:
    try:
        return pack_request({**job, "output_bytes": limits.output_bytes})
    except NotPlainDataError as error:
        raise UserError(f"The arguments of a call must be plain data, but {error}.") from error


def _result_of_one(evidence: Evidence, limits: Limits, answers: int) -> Result:
    if evidence.failure:
        return _unjudged(evidence)
    (child,) = evidence.children
    outcome, detail = child.outcome(limits, answers)
    return Result(outcome, child.account.claims, evidence.cpu_seconds, detail)


def _unjudged(evidence: Evidence) -> Result:
    outcome = Outcome.FORBIDDEN if evidence.forbidden else Outcome.INFRASTRUCTURE_ERROR
    return Result(outcome, (), evidence.cpu_seconds, evidence.failure)


CONTROL = Run(
    (_request(Limits(), mode="calls", program="def same(x): return x", entry="same", arguments=[(1,)]),), (1,), Limits()
)
"""A run that only a broken worker fails."""
