"""A job whose workers fail: what two pieces of evidence and a control job say of whose fault it is."""

import pytest

from astor.sandbox import Claim, Ending
from astor.sandbox.inside.protocol import ENDED
from astor.sandbox.jobs.runs import CONTROL, unjudged, with_retry
from astor.sandbox.workers.evidence import Child, Evidence, Transcript

DIED = Evidence(failure="the worker died", worker_died=True)
FAILED = Evidence(failure="the worker could not fork")
STANDS = Evidence((Child((0, 0.0, ENDED), Transcript(True, (Claim("value", 1),), "end"), flooded=False),))
LIES = Evidence((Child((0, 0.0, ENDED), Transcript(True, (Claim("value", 2),), "end"), flooded=False),))


@pytest.mark.parametrize(
    ("evidence", "ending"),
    [
        ([STANDS], None),
        ([DIED, STANDS], None),
        ([FAILED, STANDS], None),
        ([DIED, DIED, STANDS], Ending.FORBIDDEN),
        ([DIED, DIED, DIED], Ending.INFRASTRUCTURE_ERROR),
        ([DIED, DIED, FAILED], Ending.INFRASTRUCTURE_ERROR),
        ([DIED, DIED, LIES], Ending.INFRASTRUCTURE_ERROR),
        ([DIED, FAILED], Ending.INFRASTRUCTURE_ERROR),
        ([FAILED, DIED], Ending.INFRASTRUCTURE_ERROR),
        ([FAILED, FAILED], Ending.INFRASTRUCTURE_ERROR),
    ],
)
def test_who_is_to_blame(evidence, ending):
    """The program alone where it broke two workers and a control run stands; then it is forbidden."""
    rule = with_retry(CONTROL)
    next(rule)
    for each in evidence[:-1]:
        rule.send(each)
    with pytest.raises(StopIteration) as stop:
        rule.send(evidence[-1])
    found = stop.value.value
    assert (unjudged(found).ending if found.failure else None) == ending
