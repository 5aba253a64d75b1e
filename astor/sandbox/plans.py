"""How a job becomes runs, and their evidence a result."""

from astor.errors import UserError
from astor.records import Outcome
from astor.sandbox.check_plan import check
from astor.sandbox.generated_plan import generated
from astor.sandbox.inside.parsers import PARSERS, TEXT_BYTES
from astor.sandbox.jobs import (
    CallsJob,
    CheckJob,
    Claim,
    CoverageJob,
    GeneratedTestsJob,
    Job,
    ParseJob,
    Result,
    StdinJob,
)
from astor.sandbox.options import Limits
from astor.sandbox.runs import Plan, Run, request, result_of_one, supervised, unjudged
from astor.sandbox.stdin_plan import stdin

PARSE_OUTPUT_BYTES = 1 << 22
"""Bytes of claims that one child may make of texts: one text of 10 kB makes at most 50 kB of data."""


def plan(job: Job, limits: Limits) -> Plan:
    """The plan of a job; UserError, when it is started, where the job holds what can't be run."""
    match job:
        case CallsJob():
            return _calls(job, limits)
        case CheckJob():
            return check(job, limits)
        case ParseJob():
            return _parse(job, limits)
        case CoverageJob():
            return _coverage(job, limits)
        case StdinJob():
            return stdin(job, limits)
        case GeneratedTestsJob():
            return generated(job, limits)


def _calls(job: CallsJob, limits: Limits) -> Plan:
    asked = request(limits, mode="calls", program=job.program, entry=job.entry, arguments=list(job.arguments))
    evidence = yield from supervised(Run((asked,), (len(job.arguments),), limits))
    return result_of_one(evidence, limits, len(job.arguments))


def _coverage(job: CoverageJob, limits: Limits) -> Plan:
    asked = request(limits, mode="coverage", program=job.program, entry=job.entry, arguments=list(job.arguments))
    evidence = yield from supervised(Run((asked,), (1,), limits))
    return result_of_one(evidence, limits, 1)


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
        asked = request(limits, mode="parse", parser=job.parser, texts=[job.texts[place] for place in left])
        evidence = yield from supervised(Run((asked,), (len(left),), limits))
        cpu_seconds += evidence.cpu_seconds
        if evidence.failure and len(left) > 1:
            half = len(left) // 2
            heap += [left[half:], left[:half]]
        elif evidence.failure and not evidence.forbidden:
            return unjudged(evidence)
        else:
            read = evidence.children[0].account.claims if evidence.children else ()
            claims.update(zip(left, read or (malformed,), strict=False))
            heap.append(left[max(1, len(read)) :])
    return Result(Outcome.PASSED, tuple(claims[place] for place in range(len(job.texts))), cpu_seconds, "")
