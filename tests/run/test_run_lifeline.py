"""A process that holds the lifeline dies with the command, whoever stands between the two."""

import os
import signal
import subprocess
import sys

import pytest

from astor.run.lifeline import VARIABLE

HOLDER = "from astor.run.lifeline import hold_lifeline; hold_lifeline(); print('holds', flush=True); input()"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="process descriptors are Linux's")


def holder(**variables: str) -> subprocess.Popen[str]:
    """A process that waits for its input to end, held by a shell that outlives the command, as KFP's are."""
    return subprocess.Popen(
        ["sh", "-c", f'"{sys.executable}" -c "{HOLDER}"; echo "ended $?"; true'],
        env=os.environ | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_it_dies_with_the_command() -> None:
    with subprocess.Popen(["sleep", "60"]) as command:
        held = holder(**{VARIABLE: str(command.pid)})
        assert held.stdout.readline() == "holds\n"
        command.kill()
    assert held.stdout.readline() == f"ended {128 + signal.SIGKILL}\n"
    held.communicate(timeout=60)


def test_it_dies_at_once_where_the_command_is_gone_already() -> None:
    with subprocess.Popen(["true"]) as gone:
        pass
    held, _ = holder(**{VARIABLE: str(gone.pid)}).communicate(timeout=60)
    assert held == f"ended {128 + signal.SIGKILL}\n"


def test_without_a_command_nothing_is_held() -> None:
    held, _ = holder(**{VARIABLE: ""}).communicate("\n", timeout=60)
    assert held == "holds\nended 0\n"
