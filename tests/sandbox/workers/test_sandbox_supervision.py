"""Workers that die, fall silent, grow or can't fork: what happens to the job."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from child_processes import children

from astor.errors import UserError
from astor.sandbox import CallsJob, CheckJob, Ending, Limits, Sandbox, SandboxOptions, StdinJob
from astor.sandbox.workers import executor, supervisor

as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only as root has a worker a user of its own, whose processes are few"
)

ADD = CallsJob("def solve(x): return x + 1", "solve", ((41,),))
SLOW = CallsJob("import time\ndef solve(x):\n    time.sleep(0.3)\n    return x + 1", "solve", ((41,),))


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def strike(zygotes: Callable[[], set[int]], times: int, number: int) -> threading.Thread:
    """Send a signal to whichever zygote has a child, so many times, each zygote once."""

    def work() -> None:
        struck: set[int] = set()
        deadline = time.monotonic() + 60
        while len(struck) < times and time.monotonic() < deadline:
            for pid in zygotes() - struck:
                if children(pid):
                    os.kill(pid, number)
                    struck.add(pid)
            time.sleep(0.002)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.fixture
def zygotes(zygotes):
    """As everywhere, but only those that the test has started."""
    others = zygotes()
    return lambda: zygotes() - others


@pytest.fixture
def own(zygotes):
    """A sandbox of one worker, for tests that break it."""
    with Sandbox(SandboxOptions(workers=1, limits=Limits(cpu_seconds=1, wall_seconds=2))) as sandbox:
        yield sandbox


def test_a_job_whose_worker_died_is_run_again(own, zygotes):
    thread = strike(zygotes, 1, signal.SIGKILL)
    (result,) = own.run([SLOW])
    thread.join()
    assert (result.ending, result.claims[0].value) == (Ending.FINISHED, 42)
    assert own.metrics()["restarts"] == 1


def test_a_job_that_two_workers_died_of_is_forbidden(own, zygotes):
    thread = strike(zygotes, 2, signal.SIGKILL)
    (slow,) = own.run([SLOW])
    thread.join()
    assert (slow.ending, slow.claims) == (Ending.FORBIDDEN, ())
    assert own.run([ADD])[0].ending is Ending.FINISHED
    assert own.metrics()["restarts"] == 2


MOMENTS = {
    "while it is loaded": "import time\ntime.sleep(0.2)\ndef solve(x): return x + 1",
    "in a call": "import time\ndef solve(x):\n    time.sleep(0.2)\n    return x + 1",
    "after its answer": "import threading, time\n"
    "def solve(x):\n    threading.Thread(target=time.sleep, args=(0.2,)).start()\n    return x + 1",
    "while it answers": "def solve(x): return x + 1 if x < 1e6 else 'x' * 900_000",
    "while it computes": "def solve(x):\n    for _ in range(4 * 10 ** 6): pass\n    return x + 1",
}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_zygote_struck_at_any_moment_costs_no_verdict(own, zygotes, monkeypatch, moment, number):
    """Killed, or stopped for ever, which is to fall silent."""
    monkeypatch.setattr(executor, "GRACE_SECONDS", 0.1)
    jobs = [CallsJob(MOMENTS[moment], "solve", ((41,), (10**6,)))] * 3
    expected = own.run(jobs[:1])[0].claims
    before = own.metrics()
    thread = strike(zygotes, 1, number)
    results = own.run(jobs)
    while thread.is_alive():  # A busy machine may let it come later than three jobs take.
        results += own.run(jobs)
    own.run([ADD])  # Where the strike came last, it is found out now.
    assert {(result.ending, result.claims) for result in results} == {(Ending.FINISHED, expected)}
    after = own.metrics()
    assert after["restarts"] == before["restarts"] + 1
    assert after["retried"] <= before["retried"] + 1


@as_root
def test_what_one_worker_fails_another_does():
    """A user of its own has two processes at most; the one of a worker has the worker and another."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (2, hard))
    try:
        with ExitStack() as stack:
            sandbox = stack.enter_context(Sandbox(SandboxOptions(workers=2)))
            cramp(stack, sandbox._dispatcher.workers[-1].pid)
            assert [result.ending for result in sandbox.run([ADD] * 20)] == [Ending.FINISHED] * 20
            retried = sandbox.metrics()["retried"]
            assert retried > 0
            cramp(stack, sandbox._dispatcher.workers[0].pid)
            results = sandbox.run([ADD] * 5)
            assert {(result.ending, result.claims) for result in results} == {(Ending.INFRASTRUCTURE_ERROR, ())}
            assert sandbox.metrics()["jobs_infrastructure_error"] == 5
            assert sandbox.metrics()["retried"] == retried + 5
            assert sandbox.metrics()["restarts"] == 0
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))


def cramp(stack: ExitStack, zygote: int) -> None:
    """Let the user of a zygote have one more process."""
    (line,) = (line for line in Path(f"/proc/{zygote}/status").read_text().splitlines() if line.startswith("Uid:"))
    process = stack.enter_context(subprocess.Popen(["sleep", "99"], user=int(line.split()[1])))
    stack.callback(process.kill)


def test_without_descriptors_there_is_an_error_and_never_a_verdict(own):
    """Of every number of descriptors that may be left."""
    check = CheckJob(ADD.program, "solve", "def check(candidate): candidate(1)")
    jobs = [ADD, StdinJob("print(input())", ("a",)), check]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    with ExitStack() as stack:
        while (filler := os.dup(2)) <= highest:
            stack.callback(os.close, filler)
        os.close(filler)
        messages, endings = [], []
        for spare in range(10):
            resource.setrlimit(resource.RLIMIT_NOFILE, (filler + spare, hard))
            try:
                endings += [result.ending for result in own.run(jobs)]
            except UserError as error:
                messages.append(str(error))
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert all("Too many open files" in message for message in messages)
    assert set(endings) == {Ending.FINISHED}
    assert 2 <= len(messages) <= 6
    assert [result.ending for result in own.run(jobs)] == [Ending.FINISHED] * 3


def test_a_job_that_finds_no_descriptors_waits_for_those_of_another():
    """Two are left: a run takes them, keeps one, and gives it back at its end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Sandbox(SandboxOptions(workers=2)) as sandbox, ExitStack() as stack:
        highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
        while (filler := os.dup(2)) <= highest:
            stack.callback(os.close, filler)
        os.close(filler)
        resource.setrlimit(resource.RLIMIT_NOFILE, (filler + 2, hard))
        try:
            results = sandbox.run([SLOW, ADD, SLOW])
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert [result.ending for result in results] == [Ending.FINISHED] * 3
        assert sandbox.metrics()["restarts"] == sandbox.metrics()["retried"] == 0


def test_a_worker_that_has_grown_is_replaced(own, zygotes, monkeypatch):
    monkeypatch.setattr(supervisor, "CHECK_EVERY", 10)
    first = zygotes()
    assert [result.ending for result in own.run([ADD] * 15)] == [Ending.FINISHED] * 15
    assert own.metrics()["recycled"] == 0
    assert zygotes() == first
    monkeypatch.setattr(supervisor, "GROWTH_BYTES", -(1 << 40))
    assert [result.ending for result in own.run([ADD] * 20)] == [Ending.FINISHED] * 20
    assert own.metrics()["recycled"] == 2
    assert own.metrics()["restarts"] == own.metrics()["retried"] == 0
    assert not zygotes() & first


def test_workers_that_all_die_at_once_are_an_error(own, zygotes, monkeypatch):
    monkeypatch.setattr(supervisor, "IDLE_DEATHS", 1)
    (pid,) = zygotes()
    os.kill(pid, signal.SIGKILL)
    while own._dispatcher.workers[0]._process.poll() is None:
        time.sleep(0.01)
    with pytest.raises(UserError, match="before they ran a program"):
        own.run([ADD])
    assert own.run([ADD])[0].ending is Ending.FINISHED


def test_workers_that_died_while_idle_are_replaced_at_no_cost_to_a_job(own, zygotes):
    for _ in range(3):
        (pid,) = zygotes()
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
        assert own.run([ADD])[0].ending is Ending.FINISHED
        assert zygotes() != {pid}


CRAMPED = """
import resource
from astor.sandbox import CallsJob, CheckJob, Sandbox, SandboxOptions
resource.setrlimit(resource.RLIMIT_NPROC, (2, 2))
with Sandbox(SandboxOptions(workers=1)) as sandbox:
    check = CheckJob("def solve(x): return x", "solve", "def check(candidate): assert candidate(1) == 1")
    calls = CallsJob("def solve(x): return x", "solve", ((1,),))
    for result in sandbox.run([calls, check, calls]):
        print(result.ending, len(result.claims), result.detail)
"""


@as_root
def test_what_only_a_cramped_machine_explains_is_our_failure():
    done = subprocess.run([sys.executable, "-c", CRAMPED], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "passed 1 ",
        "infrastructure_error 0 the worker could not fork",
        "passed 1 ",
    ]


def test_many_programs_leave_no_descriptor(own):
    own.run([ADD] * 20)
    before = open_descriptors()
    own.run([ADD] * 200)
    assert open_descriptors() == before
