"""Programs that read standard input and write standard output, on the trusted side: a run per input."""

import os
import sys

from astor.errors import UserError
from astor.records import Outcome
from astor.sandbox.evidence import Account, Child
from astor.sandbox.inside import protocol
from astor.sandbox.jobs import Claim, Result, StdinJob
from astor.sandbox.options import Limits
from astor.sandbox.runs import Plan, Run, request, supervised, unjudged

OUTPUTS = 64
"""Most times `output_bytes`, or a MiB where that is more, that all outputs of a job may take in memory, in which a text
has four bytes per character once one is beyond U+FFFF. Our choice: as much as other jobs' claims may take."""


def stdin(job: StdinJob, limits: Limits) -> Plan:
    """One run per input, one after the other. A program that breaks workers or does not compile is not run again."""
    asked = request(limits, mode="stdin", program=job.program)
    # All of them first: who asks is told of a mistake before anything runs.
    inputs = [_encoded(text) for text in job.inputs]
    claims: list[Claim] = []
    worst, why = Outcome.PASSED, ""
    cpu_seconds = 0.0
    most = room = OUTPUTS * max(limits.output_bytes, 1 << 20)
    for data in inputs:
        evidence = yield from supervised(Run((asked,), (1,), limits, data))
        cpu_seconds += evidence.cpu_seconds
        if evidence.failure:
            return unjudged(evidence)
        (child,) = evidence.children
        outcome, detail = _outcome(child, limits)
        if outcome is Outcome.MALFORMED:
            return Result(outcome, (), cpu_seconds, detail)
        claim = _claim(child, outcome)
        if claim.kind == "value":
            size = sys.getsizeof(claim.value)
            if size > room:
                outcome, detail = Outcome.FAILED, f"its outputs together take more than {most} bytes of memory"
                claim = Claim("raised")
            else:
                room -= size
        if worst is Outcome.PASSED:
            worst, why = outcome, detail
        claims.append(claim)
    return Result(worst, tuple(claims), cpu_seconds, why)


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise UserError(f"An input can't be written as UTF-8 ({error.reason}): give it as text.") from error


def _outcome(child: Child, limits: Limits) -> tuple[Outcome, str]:
    status, _, killed = child.report
    # It has said nothing on the sandbox's own channel, so its status is all there is.
    if child.account == Account(ready=True) and killed == protocol.ENDED and os.WIFEXITED(status) and not child.flooded:
        code = os.WEXITSTATUS(status)
        return (Outcome.FAILED, f"it exited with status {code}") if code else (Outcome.PASSED, "")
    return child.outcome(limits, 0)


def _claim(child: Child, outcome: Outcome) -> Claim:
    if outcome is Outcome.PASSED:
        return Claim("value", child.stdout.decode("utf-8", "surrogateescape"))
    named = child.account.claims and child.account.claims[0].kind == "raised"
    return child.account.claims[0] if named else Claim("raised")
