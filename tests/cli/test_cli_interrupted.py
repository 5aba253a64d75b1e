"""What is interrupted leaves no process behind, and goes on when it is started again."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from cli_command import COMMAND, ENVIRONMENT


def start(store: Path, on: str) -> subprocess.Popen[str]:
    arguments = ["run", "miniature", "--on", on, "--store", str(store)]
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell that started these tests in the background has had them ignore the signal, and so their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_task(command: subprocess.Popen[str]) -> list[psutil.Process]:
    """All processes of the pipeline, once a task of it runs that holds on to the command."""
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        family = psutil.Process(command.pid).children(recursive=True)
        if any(map(_runs_task, family)):
            return family
        time.sleep(0.05)
    raise AssertionError("no task of the pipeline began")


def _runs_task(process: psutil.Process) -> bool:
    try:
        return process.cmdline()[1:3] == ["-m", "kfp.dsl.executor_main"] and process.num_threads() > 1
    except psutil.NoSuchProcess:
        return False


def survivors(family: list[psutil.Process]) -> list[psutil.Process]:
    return psutil.wait_procs(family, timeout=60)[1]


@pytest.mark.parametrize("on", ["local", pytest.param("process", marks=pytest.mark.slow)])
def test_control_c_ends_everything_with_exit_code_130(tmp_path: Path, on: str) -> None:
    command = start(tmp_path, on)
    if on == "local":
        family = wait_for_task(command)
    else:
        family = []
        while not list(tmp_path.glob("runs/*/recipe/manifest.json")):
            time.sleep(0.05)
    os.killpg(command.pid, signal.SIGINT)  # as a terminal does
    _, told = command.communicate(timeout=60)
    assert command.returncode == 130
    assert "Traceback" not in told
    assert "the same command goes on" in told
    assert not survivors(family)


def test_no_task_outlives_a_command_that_is_killed(tmp_path: Path) -> None:
    command = start(tmp_path, "local")
    family = wait_for_task(command)
    command.kill()
    command.wait()
    assert not survivors(family)
