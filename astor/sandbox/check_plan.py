"""Two-process mode, on the trusted side: how a check becomes a run of two children, and their evidence a result."""

from astor.records import Outcome
from astor.sandbox.jobs import CheckJob, Result
from astor.sandbox.options import Limits
from astor.sandbox.runs import Plan, Run, request, supervised, unjudged

BROKEN_CHECK = "the check can't be used: "
"""How the detail of a CheckJob starts that failed for its own check's sake, as an infrastructure error."""


def check(job: CheckJob, limits: Limits) -> Plan:
    """The plan of a check; an infrastructure error where the check itself can't be used."""
    candidate = request(limits, mode="candidate", program=job.program, entry=job.entry)
    test = request(limits, mode="test", check=job.check, entry=job.entry)
    evidence = yield from supervised(Run((candidate, test), (0, 0), limits))
    if evidence.failure:
        return unjudged(evidence)
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
