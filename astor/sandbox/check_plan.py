"""Two-process mode, on the trusted side: how a check becomes a run of two children, and their evidence a result."""

from typing import get_args

from astor.errors import UserError
from astor.records import Outcome
from astor.sandbox.jobs import CheckJob, Result
from astor.sandbox.options import Limits
from astor.sandbox.runs import Plan, Run, request, supervised, unjudged

BROKEN_CHECK = "the check can't be used: "
"""How the detail of a CheckJob starts that failed for its own check's sake, as an infrastructure error."""


STYLES = get_args(CheckJob.__annotations__["style"])

MOST_TESTS = 10_000
"""Test functions of one CheckJob. Our choice: no file of tests has more."""


def check(job: CheckJob, limits: Limits) -> Plan:
    """The plan of a test. UserError for an unknown style; an infrastructure error where the test can't be used."""
    if job.style not in STYLES:
        raise UserError(f"There is no style of tests {job.style!r}: the sandbox has {', '.join(STYLES)}.")
    candidate = request(limits, mode="candidate", program=job.program, entry=job.entry)
    test = request(limits, mode="test", check=job.check, entry=job.entry, style=job.style)
    # The last claim may be a count of what was refused.
    evidence = yield from supervised(Run((candidate, test), (0, MOST_TESTS + 1), limits))
    if evidence.failure:
        return unjudged(evidence)
    program, check = evidence.children
    claims = check.account.claims
    if check.account.ending == "broken":
        refused = claims[-1].value if claims and type(claims[-1].value) is int else 0
        detail = BROKEN_CHECK + check.account.why
        return Result(Outcome.INFRASTRUCTURE_ERROR, (), evidence.cpu_seconds, detail, refused)
    outcome, detail = check.outcome(limits, len(claims))
    if outcome is not Outcome.PASSED and not program.left_over:
        # Why the test lost the program says more than that it did.
        own, why = program.outcome(limits, 0)
        if own is not Outcome.PASSED:
            outcome, detail = own, why
    return Result(outcome, claims, evidence.cpu_seconds, detail)
