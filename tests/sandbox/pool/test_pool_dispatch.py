"""What a server needs of the sandbox's stream, limits of each job's own and jobs that come while others run, and what
it makes of that: nobody's jobs keep another's from their turn, whatever becomes of them."""

import asyncio
import json
import resource
import time
from collections.abc import Callable, Iterator

import pytest

from astor.sandbox import CallsJob, Ending, Limits, ParseJob, Sandbox, SandboxOptions, StdinJob
from astor.sandbox.jobs import Bounded
from astor.sandbox.pool.job_queue import JobQueue
from astor.sandbox.pool.open_batch import OpenBatch

SLEEPER = CallsJob("import time\ndef f(x): time.sleep(0.3)", "f", ((1,),))
QUICK = CallsJob("def f(x): return x", "f", ((1,),))
UNSAYABLE = CallsJob("def f(x): return x", "f", ((object(),),))
ENDLESS = StdinJob("import time\ntime.sleep(0.02)", ("",) * 10_000)


@pytest.fixture(scope="module")
def queue() -> Iterator[JobQueue]:
    with JobQueue(SandboxOptions(workers=2), 100) as queue:
        yield queue


async def outcomes(batch: OpenBatch) -> list[str]:
    lines = b"".join([lines async for lines in batch.lines()]).splitlines()
    return [json.loads(line)["outcome"] for line in lines if line]


async def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it does not come to pass"
        await asyncio.sleep(0.01)


def test_an_error_of_ours_breaks_off_its_batch_and_no_other(queue: JobQueue) -> None:
    async def work() -> None:
        good, bad = (
            OpenBatch([SLEEPER] * 4 + [QUICK] * 20, Limits()),
            OpenBatch([QUICK, UNSAYABLE, *[QUICK] * 9], Limits()),
        )
        queue.submit(good)
        queue.submit(bad)
        with pytest.raises(ConnectionAbortedError):
            await outcomes(bad)
        assert await outcomes(good) == ["passed"] * 24

    broken = queue.metrics.registry.get_sample_value("astor_sandbox_broken_batches_total")
    asyncio.run(work())
    assert queue.metrics.registry.get_sample_value("astor_sandbox_broken_batches_total") == broken + 1
    assert not queue.why_closed


def test_jobs_of_many_runs_leave_others_their_turn_and_have_no_run_once_nobody_waits(queue: JobQueue) -> None:
    async def work() -> None:
        long, quick = OpenBatch([ENDLESS] * 50, Limits()), OpenBatch([QUICK] * 9, Limits())
        queue.submit(long)
        await until(lambda: queue.sandbox.metrics()["running"] == 2)
        queue.submit(quick)
        assert await outcomes(quick) == ["passed"] * 9
        assert queue.waiting >= 42
        queue.cancel(long)
        await until(lambda: queue.sandbox.metrics()["running"] == queue.sandbox.metrics()["waiting"] == 0)

    asyncio.run(work())


def test_for_want_of_descriptors_jobs_wait(queue: JobQueue) -> None:
    def shortages() -> float:
        return queue.metrics.registry.get_sample_value("astor_sandbox_shortages_total") or 0.0

    async def work() -> None:
        batch = OpenBatch([QUICK] * 9, Limits())
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            queue.submit(batch)
            await until(lambda: shortages() > 1)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert await outcomes(batch) == ["passed"] * 9

    asyncio.run(work())
    assert not queue.why_closed


def test_each_job_may_have_limits_of_its_own(sandbox: Sandbox) -> None:
    short, long = Limits(wall_seconds=0.2), Limits(wall_seconds=5.0)
    texts = ParseJob("literal", ("1",) * 65)
    jobs = [Bounded(SLEEPER, short), Bounded(SLEEPER, long), Bounded(texts, short), QUICK]
    outcomes = {place: result.ending for place, result in sandbox.stream(jobs)}
    assert outcomes == {0: Ending.TIMEOUT, 1: Ending.FINISHED, 2: Ending.FINISHED, 3: Ending.FINISHED}


def test_none_says_that_there_is_no_job_now_and_a_later_one_overtakes_what_runs(sandbox: Sandbox) -> None:
    ended: list[int] = []

    def jobs() -> Iterator[CallsJob | None]:
        yield SLEEPER
        yield None
        yield QUICK
        while len(ended) < 2:
            yield None

    for place, result in sandbox.stream(jobs()):
        assert result.ending is Ending.FINISHED
        ended.append(place)
    assert ended == [2, 0]
