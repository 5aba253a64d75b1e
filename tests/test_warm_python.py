"""A fork of a warm interpreter is what `python -m` would be."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

TELLS = """
import os, sys
print(sys.argv[1:], os.getcwd(), os.environ.get("ONLY"), sys.executable, sys.stdin.read(), "torch" in sys.modules)
print("wrong", file=sys.stderr)
sys.exit(3)
"""
LASTS = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(999)"


@pytest.fixture
def module(tmp_path: Path):
    """`module(code)`: the arguments by which it is run."""

    def module(code: str) -> list[str]:
        (tmp_path / "its_code.py").write_text(code)
        return ["-m", "its_code"]

    return module


def test_it_has_its_arguments_environment_directory_and_streams(python: str, module, tmp_path: Path) -> None:
    environment = {"ONLY": "this", "PATH": os.environ["PATH"]}
    command = [python, *module(TELLS), "one", "-m"]
    done = subprocess.run(
        command, input="said", env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == f"['one', '-m'] {tmp_path} this {python} said True\n"
    assert (done.stderr, done.returncode) == ("wrong\n", 3)


@pytest.mark.parametrize(("code", "returned"), [("1 / 0", 1), ("import os; os.kill(os.getpid(), 15)", -15), ("", 0)])
def test_it_ends_as_an_interpreter_does(python: str, module, tmp_path: Path, code: str, returned: int) -> None:
    done = subprocess.run([python, *module(code)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == returned
    assert ("ZeroDivisionError: division by zero" in done.stderr) == (code == "1 / 0")


def test_it_does_not_outlive_who_waits_for_it(python: str, module, tmp_path: Path) -> None:
    with subprocess.Popen([python, *module(LASTS)], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as waiting:
        pid = int(waiting.stdout.readline())
        assert psutil.pid_exists(pid)
        waiting.send_signal(signal.SIGKILL)
        assert waiting.stdout.read() == "", "which ends where nobody has it any more"


def test_what_is_no_module_runs_in_an_interpreter_of_its_own(python: str) -> None:
    code = "import sys; print('torch' in sys.modules)"
    assert subprocess.run([python, "-c", code], capture_output=True, check=True).stdout == b"False\n"
