"""Which layers stand, that each is seen to be missing where it is, and what the sandbox does without it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import restricted_pod

from astor.sandbox import Ending, Result, check_layers
from astor.sandbox.inside.zygote import PREPARED
from astor.sandbox.isolation.bubblewrap import Bubblewrap
from astor.sandbox.isolation.layers import read_layers

ROOT = Path(__file__).parents[3]

LAYERS = ["Landlock", "bubblewrap", "seccomp", "resource limits", "user of its own"]


def test_the_table_names_every_layer_and_those_that_are_needed_stand():
    layers = check_layers()
    assert [layer.name for layer in layers] == LAYERS
    assert all(layer.stands for layer in layers if layer.needed)


# What a machine lacks, in the place of which a filter answers for the kernel.
WITHOUT = {
    "nothing": "",
    "Landlock": "rules.add_rule(ERRNO(errno.ENOSYS), 444)",
    "seccomp": "sys.modules['pyseccomp'] = None",
    "resource limits": "rules.add_rule(ERRNO(0), 'prlimit64', Arg(2, NE, 0)); rules.add_rule(ERRNO(0), 'setrlimit')",
    "user of its own": "rules.add_rule(ERRNO(errno.EPERM), 'setresuid')",
}

MACHINE = """
import errno, json, os, sys
from pyseccomp import ALLOW, ERRNO, NE, Arg, SyscallFilter
without, os.environ["PATH"] = sys.argv[1:]
rules = SyscallFilter(ALLOW)
exec(without)
rules.load()
from astor.errors import UserError
from astor.sandbox import CallsJob, Sandbox, check_layers
found = {layer.name: [layer.stands, layer.needed, layer.why] for layer in check_layers()}
READ = '''
import os
def solve(path):
    os.listdir(path) if os.path.isdir(path) else open(path).read()
'''
refusal, claims = "", []
try:
    with Sandbox() as sandbox:
        (result,) = sandbox.run([CallsJob(READ, "solve", tuple((path,) for path in json.loads(sys.stdin.read())))])
        claims = [claim.exception for claim in result.claims]
except UserError as error:
    refusal = str(error)
print(json.dumps([found, refusal, claims]))
"""


def on_a_machine(
    without: str,
    path: str = os.environ["PATH"],
    read: tuple[str, ...] = (),
    command: tuple[str, ...] = (sys.executable,),
) -> tuple[dict[str, list], str, list[str]]:
    """The table there, by name; why the sandbox refuses to run; how a program's attempts to read end."""
    done = subprocess.run(
        [*command, "-c", MACHINE, WITHOUT[without], path],
        input=json.dumps(read),
        env=restricted_pod.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found, refusal, claims = json.loads(done.stdout)
    return found, refusal, claims


@pytest.mark.parametrize("name", ["seccomp", "resource limits"])
def test_a_needed_layer_that_is_missing_is_told_and_refused(name):
    found, refusal, _ = on_a_machine(without=name)
    assert found[name][:2] == [False, True]
    assert refusal == f"The sandbox refuses to run: {name} ({found[name][2]}) does not stand."


def test_without_seccomp_it_says_what_to_install():
    found, _, _ = on_a_machine(without="seccomp")
    assert "libseccomp2" in found["seccomp"][2]


def test_a_user_of_its_own_is_not_needed():
    found, refusal, _ = on_a_machine(without="user of its own", path="")
    assert found["user of its own"][:2] == [False, False]
    assert refusal == ""


def test_without_bubblewrap_landlock_is_needed_and_will_do():
    found, refusal, claims = on_a_machine(without="nothing", path="", read=OUT_OF_REACH)
    assert found["bubblewrap"] == [False, False, "not installed: install the system's package bubblewrap"]
    assert found["Landlock"][:2] == [True, True]
    assert (refusal, claims) == ("", ["PermissionError"] * len(OUT_OF_REACH))


OUT_OF_REACH = ("/etc/passwd", "/", "/proc/self/status", "/var", str(Path(__file__)), "/usr/bin/env")


def test_without_landlock_bubblewrap_is_needed_and_will_do():
    if not check_layers()[1].stands:
        pytest.skip(f"bubblewrap: {check_layers()[1].why}")
    found, refusal, claims = on_a_machine(without="Landlock", read=(*OUT_OF_REACH, "/usr/lib", os.__file__))
    assert found["Landlock"][:2] == [False, False]
    assert found["Landlock"][2].startswith("the kernel offers none")
    assert found["bubblewrap"][:2] == [True, True]
    # The root that it lists is its own.
    assert (refusal, claims) == ("", ["FileNotFoundError", "", *["FileNotFoundError"] * 4, "", ""])


def test_with_neither_it_refuses_in_one_sentence():
    found, refusal, _ = on_a_machine(without="Landlock", path="")
    assert [found[name][:2] for name in LAYERS[:2]] == [[False, True], [False, True]]
    assert refusal.startswith("The sandbox refuses to run: Landlock (the kernel offers none")
    assert refusal.endswith("and bubblewrap (not installed: install the system's package bubblewrap) do not stand.")


COMMAND = f"""
{MACHINE.partition("from astor")[0]}
from astor.cli import main
sys.argv = ["astor", "sandbox", "check", "--json"]
main()
"""


def test_the_command_prints_the_table_and_ends_with_2():
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, WITHOUT["Landlock"], ""],
        env=restricted_pod.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    table = json.loads(done.stdout)
    assert [row["name"] for row in table if row["needed"]] == LAYERS[:4]
    assert done.stderr.count("The sandbox refuses to run") == 1


def test_a_worker_whose_layer_check_does_not_come_back_is_told():
    silent = Result(Ending.INFRASTRUCTURE_ERROR, (), 0.0, "the worker died")
    (layer,) = read_layers({"landlock": 7, "own_user": True}, Bubblewrap(), silent)
    assert (layer.name, layer.stands, layer.needed) == ("worker", False, True)
    assert "the worker died" in layer.why


LEAN = """
import sys
from types import ModuleType
for name in ("astor", "astor.sandbox", "astor.sandbox.inside"):
    sys.modules[name] = ModuleType(name)
    sys.modules[name].__path__ = [sys.argv[1]]
import astor.sandbox.inside.zygote
for name in sys.argv[2].split():
    __import__(name)
dear = {"threading", "logging", "subprocess", "asyncio", "socket", "hashlib", "pydantic", "pyarrow"}
print(*sorted(dear & set(sys.modules)))
"""


def test_a_zygote_imports_nothing_that_makes_forks_expensive():
    command = [sys.executable, "-S", "-c", LEAN, str(ROOT / "astor/sandbox/inside"), PREPARED]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == ""


@pytest.fixture(scope="module")
def pod() -> tuple[str, ...]:
    """A command that runs Python in a restricted pod."""
    python = restricted_pod.python_in_pod()
    if python is None:
        pytest.skip("no interpreter of this version with these packages can be run by an ordinary user")
    return tuple(restricted_pod.in_pod([python]))


def test_a_restricted_pod_has_landlock_and_no_namespaces(pod):
    found, refusal, claims = on_a_machine(without="nothing", read=OUT_OF_REACH, command=pod)
    assert found["Landlock"][:2] == [True, True]
    assert found["bubblewrap"][:2] == [False, False]
    if shutil.which("bwrap"):
        assert found["bubblewrap"][2].startswith("refused: ")
    assert found["user of its own"] == [
        False,
        False,
        "needs root or a user namespace: threads are counted per user",
    ]
    assert (refusal, claims) == ("", ["PermissionError"] * len(OUT_OF_REACH))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
def test_an_ordinary_user_has_namespaces_where_the_kernel_allows_them(pod):
    ordinary = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", pod[-1]]
    found, refusal, _ = on_a_machine(without="nothing", command=tuple(ordinary))
    assert refusal == ""
    assert found["user of its own"][0] == found["bubblewrap"][0]


def test_the_whole_sandbox_works_in_a_restricted_pod(pod):
    tests = str(ROOT / "tests" / "sandbox" / "jobs" / "test_check_jobs.py")
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o777)
        done = subprocess.run(
            [*pod, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={directory}/tests", tests],
            env=restricted_pod.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
