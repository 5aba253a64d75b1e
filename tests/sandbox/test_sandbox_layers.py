"""Which layers stand, that the sandbox refuses to run without them, and that it runs without privileges."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import restricted_pod

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


def test_the_whole_sandbox_works_in_a_restricted_pod():
    python = restricted_pod.python_in_pod()
    if python is None:
        pytest.skip("no interpreter of this version with these packages can be run by an ordinary user")
    tests = [ROOT / "tests" / "sandbox" / "test_check_jobs.py"]  # The red team has a test of its own for this place.
    options = ["-q", "-p", "no:cacheprovider", "-k", "exceptions or reach or equals"]
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o777)
        command = [python, "-m", "pytest", *options, f"--basetemp={directory}/tests", *map(str, tests)]
        done = subprocess.run(
            restricted_pod.in_pod(command),
            env=restricted_pod.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(".") > 10, done.stdout
