"""However a sandbox comes to its end, no process and no descriptor is left: asked of /proc."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from child_processes import children
from red_team.oracles import adopting_orphans

from astor.sandbox import CallsJob, Ending, Limits, Sandbox, SandboxOptions
from astor.sandbox.workers.config import worker_config
from astor.sandbox.workers.worker import Worker

ADD = CallsJob("def solve(x): return x + 1", "solve", ((41,),))
FOREVER = CallsJob("import time\ndef solve():\n    while True: time.sleep(9)", "solve", ((),))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture
def zygotes(zygotes):
    """As everywhere, but only those that the test has started."""
    others = zygotes()
    return lambda: zygotes() - others


def test_closing_leaves_no_process_and_no_descriptor(zygotes):
    descriptors = open_descriptors()
    for _ in range(2):
        with Sandbox(SandboxOptions(workers=2)) as sandbox:
            assert len(zygotes()) == 2
            sandbox.run([ADD] * 10)
    assert not zygotes()
    assert open_descriptors() <= descriptors


def test_closing_within_a_stream_ends_what_runs(zygotes):
    descriptors = open_descriptors()
    sandbox = Sandbox(SandboxOptions(workers=2))
    with sandbox:
        stream = sandbox.stream([ADD, FOREVER, FOREVER])
        next(stream)
    assert not zygotes()
    with pytest.raises(AssertionError, match="closed after its streams"):
        next(stream)
    assert open_descriptors() <= descriptors
    with sandbox:
        assert sandbox.run([ADD])[0].ending is Ending.FINISHED


def test_an_interrupt_leaves_no_program_running(zygotes):
    def interrupt() -> None:
        while not any(children(pid) for pid in zygotes()):
            time.sleep(0.002)
        signal.raise_signal(signal.SIGALRM)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with Sandbox(SandboxOptions(workers=1, limits=Limits(wall_seconds=100))) as sandbox:
        before = signal.signal(signal.SIGALRM, stop)
        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            with pytest.raises(KeyboardInterrupt):
                sandbox.run([FOREVER] * 5)
        finally:
            signal.signal(signal.SIGALRM, before)
            thread.join()
        assert not any(children(pid) for pid in zygotes())
        assert sandbox.run([ADD])[0].ending is Ending.FINISHED
    assert not zygotes()


def test_interrupts_at_any_moment_leave_a_sandbox_that_works(zygotes):
    """At intervals that no part of the loop has anything to do with."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    descriptors = open_descriptors()
    with Sandbox(SandboxOptions(workers=2)) as sandbox:
        before = signal.signal(signal.SIGALRM, stop)
        interrupted = 0
        try:
            for number in range(40):
                signal.setitimer(signal.ITIMER_REAL, 0.001 + 0.0007 * (number * 7 % 40))
                try:
                    results = sandbox.run([ADD] * 100)
                    signal.setitimer(signal.ITIMER_REAL, 0)
                except KeyboardInterrupt:
                    interrupted += 1
                    continue
                assert {result.claims[0].value for result in results} == {42}
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        assert interrupted > 10
        assert {result.claims[0].value for result in sandbox.run([ADD] * 20)} == {42}
        assert len(zygotes()) == 2
        assert sandbox.metrics()["jobs_forbidden"] == sandbox.metrics()["jobs_infrastructure_error"] == 0
    assert not zygotes()
    # An interrupt between the kernel's answer and its assignment loses a descriptor, or a child, to Python itself.
    gc.collect()
    assert open_descriptors() <= descriptors + interrupted
    for pid in children(os.getpid()):
        os.waitpid(pid, os.WNOHANG)


def test_a_start_that_is_interrupted_leaves_no_process(monkeypatch):
    around = worker_config(SandboxOptions())
    before = children(os.getpid())
    with adopting_orphans():
        for milliseconds in range(20):

            def interrupted(worker, config, milliseconds=milliseconds):
                time.sleep(milliseconds / 1000)
                raise KeyboardInterrupt

            monkeypatch.setattr(Worker, "_handshake", interrupted)
            with pytest.raises(KeyboardInterrupt):
                Worker(around)
        assert children(os.getpid()) == before


SCRIPT = """
import os, signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)
from astor.sandbox import CallsJob, Limits, Sandbox, SandboxOptions
from astor.sandbox.workers.config import worker_config
from astor.sandbox.workers.worker import Worker
forever = CallsJob("import time\\ndef solve(): time.sleep(999)", "solve", ((),))
add = CallsJob("def solve(): return 1", "solve", ((),))

def tell(sandbox):
    print(*[worker.pid for worker in sandbox._dispatcher.workers], flush=True)
    sys.stdin.readline()  # Whoever asks has seen the programs run.

def stream(sandbox):
    stream = sandbox.stream([add, forever, forever, forever])
    next(stream)
    tell(sandbox)
    return stream

sandbox = Sandbox(SandboxOptions(workers=2, limits=Limits(wall_seconds=1000)))
"""

ENDS = {
    "exit": "with sandbox:\n    kept = stream(sandbox)",
    "exception": "with sandbox:\n    kept = stream(sandbox)\n    raise ValueError",
    "exception in a stream": "with sandbox:\n    for _ in sandbox.stream([add, forever, forever]):\n"
    "        tell(sandbox)\n        raise ValueError",
    "sys.exit": "with sandbox:\n    kept = stream(sandbox)\n    sys.exit(3)",
    "interrupt": "with sandbox:\n    kept = stream(sandbox)\n    os.kill(os.getpid(), signal.SIGINT)\n    next(kept)",
    "never closed": "sandbox.__enter__()\nkept = stream(sandbox)",
    "os._exit": "with sandbox:\n    kept = stream(sandbox)\n    os._exit(0)",
    "killed": "with sandbox:\n    kept = stream(sandbox)\n    os.kill(os.getpid(), signal.SIGKILL)",
    "terminated": "with sandbox:\n    kept = stream(sandbox)\n    os.kill(os.getpid(), signal.SIGTERM)",
    "aborted": "with sandbox:\n    kept = stream(sandbox)\n    os.abort()",
    "its thread ended": "def work():\n    sandbox.__enter__()\n    kept.append(stream(sandbox))\n"
    "kept = []\nthread = threading.Thread(target=work)\nthread.start()\nthread.join()\n"
    "print('ended', flush=True)\nsys.stdin.readline()",
}


@pytest.mark.parametrize("end", ENDS)
def test_workers_and_programs_end_with_the_verifier(end):
    script = SCRIPT + ENDS[end]
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 2
        while not all(children(pid) for pid in pids):
            time.sleep(0.01)
        pids += {child for pid in pids for child in children(pid)}
        process.stdin.write("\n")
        process.stdin.flush()
        if end == "its thread ended":
            assert process.stdout.readline() == "ended\n"
        else:
            process.wait(timeout=60)
        deadline = time.monotonic() + 60
        while any(is_running(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [pid for pid in pids if is_running(pid)] == []
