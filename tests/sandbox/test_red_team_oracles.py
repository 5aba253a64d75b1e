"""The red team's oracles can fail: each reports a deliberate leak of the kind that it is there for."""

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from red_team import oracles
from red_team.arena import judge
from red_team.bystanders import Bystanders
from red_team.oracles import Watch, adopting_orphans, descendants
from red_team.program_files import ProgramFile

from astor.sandbox import Claim, Ending, Result


@pytest.fixture(scope="module")
def bystanders():
    with adopting_orphans(), Bystanders() as bystanders:
        yield bystanders


@pytest.fixture
def complaints_about(bystanders):
    """What the oracles say of an action."""

    def watch(action):
        with Watch(bystanders, 64 << 20, 0.3) as watch:
            action()
        return watch.complaints

    return watch


def test_an_innocent_action_makes_them_say_nothing(complaints_about):
    assert complaints_about(lambda: subprocess.run(["true"], check=True)) == []


def test_a_process_left_is_reported_even_as_a_daemon(complaints_about):
    program = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)"
    before = set(descendants(os.getpid()))
    (complaint,) = complaints_about(lambda: subprocess.run([sys.executable, "-c", program], check=True))[:1]
    assert complaint.startswith("processes changed")
    for pid in set(descendants(os.getpid())) - before:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm", "."])
def test_a_file_left_is_reported(complaints_about, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own_mark = f"oracle-{os.getpid()}"  # The red team may be at work in another process, and must not see it.
    monkeypatch.setattr(oracles, "MARK", own_mark)
    path = Path(folder) / f"{own_mark}-left"
    try:
        assert complaints_about(path.touch)[0].startswith("files changed")
    finally:
        path.unlink()


def test_a_touched_file_is_reported(complaints_about, bystanders):
    for action in (
        lambda: bystanders.precious.write_text("precious"),
        lambda: bystanders.precious.chmod(0o777),
        lambda: (bystanders.precious.parent / "more").touch(),
    ):
        assert complaints_about(action)[0].startswith("the precious file changed")


@pytest.mark.parametrize(
    ("name", "family", "kind"),
    [
        ("TCP", socket.AF_INET, socket.SOCK_STREAM),
        ("UDP", socket.AF_INET, socket.SOCK_DGRAM),
        ("unix stream", socket.AF_UNIX, socket.SOCK_STREAM),
        ("unix datagram", socket.AF_UNIX, socket.SOCK_DGRAM),
        ("abstract stream", socket.AF_UNIX, socket.SOCK_STREAM),
        ("abstract datagram", socket.AF_UNIX, socket.SOCK_DGRAM),
    ],
)
def test_a_reached_listener_is_reported(complaints_about, bystanders, name, family, kind):
    address = bystanders.listeners[name].getsockname()

    def reach():
        with socket.socket(family, kind) as ours:
            ours.connect(address)
            ours.send(b"!")

    assert complaints_about(reach) == [f"the {name} listener was reached"]


def test_memory_is_reported(complaints_about):
    program = "import time\ntaken = bytearray(b'x') * (200 << 20)\ntime.sleep(0.2)"
    (complaint,) = complaints_about(lambda: subprocess.run([sys.executable, "-c", program], check=True))
    assert complaint.startswith("the processes took ")


def test_work_of_the_verifier_is_reported(complaints_about):
    def work():
        start = time.process_time()
        while time.process_time() < start + 0.4:
            pass

    (complaint,) = complaints_about(work)
    assert complaint.startswith("the verifier itself took ")


@pytest.mark.parametrize("number", [19, 9])
def test_a_stopped_or_killed_bystander_is_reported(number):
    with Bystanders() as bystanders, Watch(bystanders, 64 << 20, 1) as watch:
        os.kill(bystanders.canary.pid, number)
        time.sleep(0.05)
    assert any(complaint.startswith("the bystander changed") for complaint in watch.complaints)


def test_changed_limits_priorities_and_environments_are_reported(complaints_about, bystanders, monkeypatch, tmp_path):
    canary = bystanders.canary.pid
    soft, hard = resource.prlimit(canary, resource.RLIMIT_NOFILE)
    limits = lambda: resource.prlimit(canary, resource.RLIMIT_NOFILE, (soft - 1, hard))  # noqa: E731
    assert complaints_about(limits)[0].startswith("limits changed")
    assert complaints_about(lambda: os.setpriority(os.PRIO_PROCESS, canary, 5))[0].startswith("scheduling changed")
    assert complaints_about(lambda: monkeypatch.setenv("LEFT", "1"))[0].startswith("the environment changed")
    assert complaints_about(lambda: monkeypatch.chdir(tmp_path))[-1].startswith("the current folder changed")


def test_a_descriptor_left_is_reported(complaints_about):
    with contextlib.ExitStack() as left:
        (complaint,) = complaints_about(lambda: left.enter_context(socket.socket()))
    assert complaint.startswith("the verifier's descriptors changed")


def test_an_object_of_system_v_is_reported(complaints_about, monkeypatch):
    if not Path("/proc/sysvipc/shm").exists():
        pytest.skip("this kernel has none")
    import ctypes

    libc, made, own_key = ctypes.CDLL(None), [], os.getpid()
    monkeypatch.setattr(oracles, "IPC_KEY", own_key)
    try:
        (complaint,) = complaints_about(lambda: made.append(libc.shmget(own_key, 4096, 0o1600)))
    finally:
        libc.shmctl(made[0], 0, None)
    assert complaint.startswith("SysV objects changed")


@pytest.mark.parametrize(
    ("head", "result", "complaint"),
    [
        ({"Outcome": "failed"}, Result(Ending.FINISHED, (), 0.0, ""), "it ended passed"),
        ({"Outcome": "passed"}, Result(Ending.FINISHED, (Claim("value", 42),), 0.0, ""), "it was right about 41"),
        (
            {"Outcome": "passed", "Claims": "refused"},
            Result(Ending.FINISHED, (Claim("value", {"fork": "EPERM", "exec": "DONE"}),), 0.0, ""),
            "not all was refused: [{'exec': 'DONE'}]",
        ),
        ({"Outcome": "passed", "Claims": "refused"}, Result(Ending.FINISHED, (), 0.0, ""), "not all was refused"),
        ({"Outcome": "failed", "Claims": "[42]"}, Result(Ending.FAILED, (), 0.0, ""), "it claimed"),
    ],
)
def test_a_wrong_outcome_and_a_wrong_claim_are_reported(head, result, complaint):
    (found,) = judge(ProgramFile("", "", {"Mode": "calls", **head}), result)
    assert found.startswith(complaint)
