"""A job whose workers fail: what two pieces of evidence and a control job say of whose fault it is."""

import pytest

from astor.records import Outcome
from astor.sandbox import Claim
from astor.sandbox.inside.protocol import ENDED
from astor.sandbox.jobs.runs import CONTROL, unjudged, with_retry
from astor.sandbox.workers.evidence import Child, Evidence, Transcript

DIED = Evidence(failure="the worker died", worker_died=True)
FAILED = Evidence(failure="the worker could not fork")
STANDS = Evidence((Child((0, 0.0, ENDED), Transcript(True, (Claim("value", 1),), "end"), flooded=False),))
LIES = Evidence((Child((0, 0.0, ENDED), Transcript(True, (Claim("value", 2),), "end"), flooded=False),))


@pytest.mark.parametrize(
    ("evidence", "outcome"),
    [
        ([STANDS], None),
        ([DIED, STANDS], None),
        ([FAILED, STANDS], None),
        ([DIED, DIED, STANDS], Outcome.FORBIDDEN),
        ([DIED, DIED, DIED], Outcome.INFRASTRUCTURE_ERROR),
        ([DIED, DIED, FAILED], Outcome.INFRASTRUCTURE_ERROR),
        ([DIED, DIED, LIES], Outcome.INFRASTRUCTURE_ERROR),
        ([DIED, FAILED], Outcome.INFRASTRUCTURE_ERROR),
        ([FAILED, DIED], Outcome.INFRASTRUCTURE_ERROR),
        ([FAILED, FAILED], Outcome.INFRASTRUCTURE_ERROR),
    ],
)
def test_who_is_to_blame(evidence, outcome):
    """The program alone where it broke two workers and a control run stands; then it is forbidden."""
    rule = with_retry(CONTROL)
    next(rule)
    for each in evidence[:-1]:
        rule.send(each)
    with pytest.raises(StopIteration) as stop:
        rule.send(evidence[-1])
    found = stop.value.value
    assert (unjudged(found).outcome if found.failure else None) == outcome
