"""Results as they end: jobs are taken lazily, and a stream that is left leaves nothing behind."""

import itertools
import threading
import time
import tracemalloc

import pytest
from child_processes import children

from astor.errors import UserError
from astor.sandbox import CallsJob, Ending, Limits, ParseJob, Sandbox, SandboxOptions, StdinJob
from astor.sandbox.inside.frames import frame

ADD = CallsJob("def solve(x): return x + 1", "solve", ((41,),))
SLEEP = CallsJob("import time\ndef solve(x):\n    time.sleep(0.4)\n    return x", "solve", ((1,),))
FOREVER = CallsJob("import time\ndef solve():\n    while True: time.sleep(9)", "solve", ((),))
UNSAYABLE = CallsJob("def solve(x): return x", "solve", ((object(),),))


@pytest.fixture(scope="module")
def patient():
    """A sandbox that waits longer for a program than a test may take."""
    with Sandbox(SandboxOptions(workers=2, limits=Limits(cpu_seconds=5, wall_seconds=1000))) as sandbox:
        yield sandbox


def running(sandbox):
    """Processes of programs, as the kernel sees them."""
    return sum(len(children(worker.pid)) for worker in sandbox._dispatcher.workers)


def test_results_come_as_they_end(patient):
    places = [place for place, _ in patient.stream([SLEEP, ADD, ADD, ADD])]
    assert sorted(places) == [0, 1, 2, 3]
    assert places[-1] == 0
    assert [result.claims[0].value for result in patient.run([SLEEP, ADD])] == [1, 42]


def test_jobs_are_taken_when_a_worker_is_free(patient):
    taken = 0

    def endless():
        nonlocal taken
        for taken in itertools.count(1):
            yield ADD if taken % 3 else ParseJob("literal", ())

    stream = patient.stream(endless())
    for ended in range(60):
        next(stream)
        assert taken - ended <= 4 * 2
    stream.close()
    assert running(patient) == 0


def test_a_long_stream_takes_little_memory(patient):
    def jobs():
        for number in range(100):
            yield CallsJob(f"def solve(x): return x\n#{number}{'x' * 200_000}", "solve", (("y" * 50_000,),))

    tracemalloc.start()
    try:
        for _, result in patient.stream(jobs()):
            assert result.ending is Ending.FINISHED
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20, "a quarter of what the jobs are"


@pytest.mark.parametrize("leave", ["close", "drop", "raise"])
def test_leaving_a_stream_ends_what_runs_and_nothing_else(patient, leave):
    before = patient.metrics()
    stream = patient.stream([ADD, *[FOREVER] * 10])
    next(stream)
    if leave == "close":
        stream.close()
    elif leave == "drop":
        del stream
    else:
        with pytest.raises(KeyboardInterrupt):
            stream.throw(KeyboardInterrupt)
    assert running(patient) == 0
    after = patient.metrics()
    assert 1 <= after["cancelled"] - before["cancelled"] <= 2
    assert after["restarts"] == before["restarts"]
    assert after["running"] == after["waiting"] == 0
    assert [result.ending for result in patient.run([ADD] * 3)] == [Ending.FINISHED] * 3
    assert len(patient._dispatcher.workers) == 2


def failing():
    yield FOREVER
    raise LookupError("no more jobs")


@pytest.mark.parametrize(
    ("jobs", "error"), [([FOREVER, UNSAYABLE, ADD], UserError), (failing(), LookupError)], ids=["a job", "the jobs"]
)
def test_an_error_among_the_jobs_ends_the_stream(patient, jobs, error):
    with pytest.raises(error):
        list(patient.stream(jobs))
    assert running(patient) == 0
    assert patient.run([ADD])[0].ending is Ending.FINISHED


def test_what_came_before_a_bad_job_may_have_been_handed_out(patient):
    stream = patient.stream([ADD] * 20 + [UNSAYABLE])
    seen = {next(stream)[0] for _ in range(10)}
    assert len(seen) == 10
    with pytest.raises(UserError, match="plain data"):
        list(stream)


def test_who_takes_results_late_changes_none():
    """Both programs fill their sockets, and their wall clock runs while nobody asks for a result."""
    many = CallsJob("def solve(x): return x", "solve", tuple((number,) for number in range(3000)))
    large = CallsJob("def solve(x): return 'x' * 900_000", "solve", ((1,),))
    with Sandbox(SandboxOptions(workers=3, limits=Limits(cpu_seconds=2, wall_seconds=2))) as sandbox:
        stream = sandbox.stream([ADD, many, large])
        next(stream)
        time.sleep(3)
        assert [result.ending for _, result in stream] == [Ending.FINISHED] * 2


def test_a_second_stream_has_to_wait(patient):
    stream = patient.stream([ADD] * 9)
    next(stream)
    with pytest.raises(UserError, match="a stream open"):
        patient.run([ADD])
    found = []
    other = threading.Thread(target=lambda: found.extend(patient.run([ADD])))
    other.start()
    assert len(list(stream)) == 8
    other.join()
    assert [result.ending for result in found] == [Ending.FINISHED]


def test_a_job_of_many_parts_is_one_result(patient):
    texts = tuple(str(number) for number in range(300))
    results = dict(patient.stream([ADD, ParseJob("literal", texts), ADD]))
    assert [claim.value for claim in results[1].claims] == list(range(300))


def test_nothing_to_do_is_done(patient):
    assert list(patient.stream([])) == []
    idle = [ParseJob("literal", ()), StdinJob("", ()), CallsJob("", "solve", ())]
    endings = {place: result.ending for place, result in patient.stream(idle)}
    assert endings == {0: Ending.FINISHED, 1: Ending.FINISHED, 2: Ending.MALFORMED}


@pytest.mark.timeout(60)
def test_a_flood_ends_when_it_is_one(patient):
    """Not when the wall clock says so: its socket is closed, so that its writing fails."""
    frames = frame(("opaque",)) * 99
    claims = f"import os\ndef solve():\n    while True: os.write(3, {frames!r})"
    stdout = StdinJob("while True: print('x' * 9999)", ("",))
    first, second = patient.run([CallsJob(claims, "solve", ((),)), stdout])
    assert first.ending in (Ending.FAILED, Ending.FORBIDDEN)
    assert second.ending is Ending.FAILED


def test_everything_is_counted_and_can_be_read_afterwards():
    crash = CallsJob("import os\ndef solve(): os.abort()", "solve", ((),))
    with Sandbox(SandboxOptions(workers=1)) as sandbox:
        assert not any(sandbox.metrics().values())
        sandbox.run([ADD, ADD, crash, CallsJob("def solve(", "solve", ())])
    counted = {name: count for name, count in sandbox.metrics().items() if count}
    assert counted == {"jobs_passed": 2, "jobs_failed": 1, "jobs_malformed": 1}
    assert {f"jobs_{ending.value}" for ending in Ending} < set(sandbox.metrics())
