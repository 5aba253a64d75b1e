"""Workers that die, fall silent or can't fork: what happens to the job, and that nothing is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from astor.records import Outcome
from astor.sandbox import CallsJob, Limits, Sandbox, SandboxOptions, broker

ADD = CallsJob("def solve(x): return x + 1", "solve", ((41,),))
SLOW = CallsJob("import time\ndef solve(x):\n    time.sleep(0.3)\n    return x + 1", "solve", ((41,),))


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def strike(zygotes: Callable[[], set[int]], times: int, number: int) -> threading.Thread:
    """Send a signal to whichever zygote has a child, so many times, each zygote once."""

    def work() -> None:
        struck: set[int] = set()
        deadline = time.monotonic() + 20
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
    with Sandbox(SandboxOptions(workers=1, limits=Limits(cpu_seconds=1, wall_seconds=1))) as sandbox:
        yield sandbox


def test_a_job_whose_worker_died_is_run_again(own, zygotes):
    thread = strike(zygotes, 1, signal.SIGKILL)
    (result,) = own.run([SLOW])
    thread.join()
    assert (result.outcome, result.claims[0].value) == (Outcome.PASSED, 42)
    assert own.metrics() == {"restarts": 1}


def test_a_job_that_two_workers_died_of_is_forbidden(own, zygotes):
    thread = strike(zygotes, 2, signal.SIGKILL)
    slow, add = own.run([SLOW, ADD])
    thread.join()
    assert (slow.outcome, slow.claims) == (Outcome.FORBIDDEN, ())
    assert add.outcome is Outcome.PASSED
    assert own.metrics() == {"restarts": 2}


def test_a_silent_worker_counts_as_dead(own, zygotes, monkeypatch):
    monkeypatch.setattr(broker, "GRACE_SECONDS", 0.2)
    thread = strike(zygotes, 1, signal.SIGSTOP)
    (result,) = own.run([SLOW])
    thread.join()
    assert result.outcome is Outcome.PASSED
    assert own.metrics() == {"restarts": 1}


def test_workers_that_died_while_idle_are_replaced_at_no_cost_to_a_job(own, zygotes):
    for _ in range(3):
        (pid,) = zygotes()
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
        assert own.run([ADD])[0].outcome is Outcome.PASSED
        assert zygotes() != {pid}


CRAMPED = """
import resource
from astor.sandbox import CallsJob, CheckJob, Sandbox, SandboxOptions
resource.setrlimit(resource.RLIMIT_NPROC, (2, 2))
with Sandbox(SandboxOptions(workers=1)) as sandbox:
    check = CheckJob("def solve(x): return x", "solve", "def check(candidate): assert candidate(1) == 1")
    calls = CallsJob("def solve(x): return x", "solve", ((1,),))
    for result in sandbox.run([calls, check, calls]):
        print(result.outcome, len(result.claims), result.detail)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only as root has a worker a user of its own, whose processes are few")
def test_what_only_a_cramped_machine_explains_is_our_failure():
    done = subprocess.run([sys.executable, "-c", CRAMPED], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "passed 1 ",
        "infrastructure_error 0 the worker could not fork",
        "passed 1 ",
    ]


def test_an_abandoned_run_leaves_no_program_running(own, zygotes):
    def interrupt() -> None:
        while not any(children(pid) for pid in zygotes()):
            time.sleep(0.002)
        signal.raise_signal(signal.SIGALRM)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            own.run([SLOW] * 5)
    finally:
        signal.signal(signal.SIGALRM, before)
        thread.join()
    assert not any(children(pid) for pid in zygotes())
    assert own.run([ADD])[0].outcome is Outcome.PASSED


def test_closing_leaves_no_process_and_no_descriptor(zygotes):
    descriptors = open_descriptors()
    for _ in range(2):
        with Sandbox(SandboxOptions(workers=2)) as sandbox:
            assert len(zygotes()) == 2
            sandbox.run([ADD] * 10)
    assert not zygotes()
    assert open_descriptors() <= descriptors


def test_many_programs_leave_no_descriptor(own):
    own.run([ADD] * 20)
    before = open_descriptors()
    own.run([ADD] * 200)
    assert open_descriptors() == before


SCRIPT = """
import sys, time
from pathlib import Path
from astor.sandbox import CallsJob, Sandbox, SandboxOptions
with Sandbox(SandboxOptions(workers=2)) as sandbox:
    print(*[worker.pid for worker in sandbox._broker.workers], flush=True)
    sandbox.run([CallsJob("import time\\ndef solve(): time.sleep(9)", "solve", ((),))] * 2)
"""


def test_workers_and_programs_end_with_a_verifier_that_is_killed():
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    while not all(children(pid) for pid in pids):
        time.sleep(0.01)
    pids += [child for pid in pids for child in children(pid)]
    assert len(pids) == 4
    process.kill()
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 5
    while any(is_running(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(is_running(pid) for pid in pids)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
