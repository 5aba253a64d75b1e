"""What a server needs of the sandbox's stream: limits of each job's own, and jobs that come while others run."""

from collections.abc import Iterator

from astor.records import Outcome
from astor.sandbox import CallsJob, Limits, ParseJob, Sandbox
from astor.sandbox.jobs import Bounded

SLEEPER = CallsJob("import time\ndef f(x): time.sleep(0.3)", "f", ((1,),))
QUICK = CallsJob("def f(x): return x", "f", ((1,),))


def test_each_job_may_have_limits_of_its_own(sandbox: Sandbox) -> None:
    short, long = Limits(wall_seconds=0.1), Limits(wall_seconds=5.0)
    texts = ParseJob("literal", ("1",) * 65)
    jobs = [Bounded(SLEEPER, short), Bounded(SLEEPER, long), Bounded(texts, short), QUICK]
    outcomes = {place: result.outcome for place, result in sandbox.stream(jobs)}
    assert outcomes == {0: Outcome.TIMEOUT, 1: Outcome.PASSED, 2: Outcome.PASSED, 3: Outcome.PASSED}


def test_none_says_that_there_is_no_job_now_and_a_later_one_overtakes_what_runs(sandbox: Sandbox) -> None:
    ended: list[int] = []

    def jobs() -> Iterator[CallsJob | None]:
        yield SLEEPER
        yield None
        yield QUICK
        while len(ended) < 2:
            yield None

    for place, result in sandbox.stream(jobs()):
        assert result.outcome is Outcome.PASSED
        ended.append(place)
    assert ended == [2, 0]
