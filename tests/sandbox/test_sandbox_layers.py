"""Which layers stand, that the sandbox refuses to run without them, and that it runs without privileges."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from astor.sandbox import check_layers
from astor.sandbox.zygote import PREPARED

ROOT = Path(__file__).parents[2]


def test_the_table_names_every_layer_and_those_that_are_needed_stand():
    layers = {layer.name: layer for layer in check_layers()}
    assert list(layers) == ["Landlock", "seccomp", "resource limits", "user of its own", "bubblewrap"]
    assert all(layer.stands for layer in layers.values() if layer.needed)
    assert layers["user of its own"].stands == (os.geteuid() == 0)
    assert not layers["bubblewrap"].stands


WITHOUT_LANDLOCK = """
import errno, json, pyseccomp
from astor.errors import UserError
from astor.sandbox import Sandbox, check_layers
rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), 444)
rules.load()
print(json.dumps({layer.name: [layer.stands, layer.why] for layer in check_layers()}))
try:
    Sandbox().__enter__()
except UserError as error:
    print(error)
"""


def test_without_a_file_system_layer_it_refuses_to_run():
    done = subprocess.run([sys.executable, "-c", WITHOUT_LANDLOCK], capture_output=True, text=True, check=True)
    table, refusal = done.stdout.splitlines()
    assert '"Landlock": [false, "the kernel offers none' in table
    assert "not refused: read, list" in table
    assert refusal.startswith("The sandbox refuses to run: its layer Landlock does not stand (the kernel offers none")


WITHOUT_SECCOMP = """
import sys
sys.modules["pyseccomp"] = None
from astor.errors import UserError
from astor.sandbox import Sandbox
try:
    Sandbox().__enter__()
except UserError as error:
    print(error)
"""


def test_without_seccomp_it_refuses_to_run():
    done = subprocess.run([sys.executable, "-c", WITHOUT_SECCOMP], capture_output=True, text=True, check=True)
    assert "its layer seccomp does not stand" in done.stdout
    assert "libseccomp2" in done.stdout


LEAN = """
import sys
from types import ModuleType
sys.path.insert(0, "")
for name, path in (("astor", sys.argv[1]), ("astor.sandbox", sys.argv[1] + "/sandbox")):
    sys.modules[name] = ModuleType(name)
    sys.modules[name].__path__ = [path]
import astor.sandbox.zygote
for name in sys.argv[2].split():
    __import__(name)
print(*sorted({"threading", "logging", "subprocess", "asyncio", "pydantic", "pyarrow"} & set(sys.modules)))
"""


def test_a_zygote_imports_nothing_that_makes_forks_expensive():
    command = [sys.executable, "-S", "-c", LEAN, str(ROOT / "astor"), PREPARED]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == ""


# As in a restricted pod: an ordinary user, no capabilities to be had, and none to be gained.
UNPRIVILEGED = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]


def unprivileged_python() -> list[str]:
    """A command that runs this Python version as nobody; skips the test where there is none."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become an ordinary user, with setpriv")
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        command = [*UNPRIVILEGED, python]
        if Path(python).exists() and run([*command, "-c", FIT, f"{sys.version_info[:2]}"]).returncode == 0:
            return command
    pytest.skip("no interpreter of this version with these packages can be read by an ordinary user")


# It must be able to start itself again: setpriv may have more rights than what it starts.
FIT = """
import subprocess, sys, pydantic, pyarrow, pytest
subprocess.run([sys.executable, "-c", ""], check=True)
sys.exit(str(sys.version_info[:2]) != sys.argv[1])
"""


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False)


def environment() -> dict[str, str]:
    packages = [entry for entry in sys.path if entry.endswith("site-packages")]
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join([str(ROOT), *packages]), "PYTHONDONTWRITEBYTECODE": "1"}


def test_it_holds_without_privileges_too():
    command = unprivileged_python()
    tests = [ROOT / "tests" / "sandbox" / name for name in ("test_hostile_programs.py", "test_check_jobs.py")]
    options = ["-q", "-p", "no:cacheprovider", "-k", "refused or nothing_else or bounded or exceptions or reach"]
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o777)
        done = run([*command, "-m", "pytest", *options, f"--basetemp={directory}/tests", *map(str, tests)])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(".") > 70, done.stdout
