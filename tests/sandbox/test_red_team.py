"""Hostile programs, each with a definite outcome and no trace left, and honest ones, which run as anywhere.

What a program says of its own success is not asked: `red_team.oracles` looks from outside, and one and the same
control program must find the same after each hostile one.
"""

import contextlib
import json
import math
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from red_team.arena import JOBS, LIMITS, waits
from red_team.bystanders import Bystanders
from red_team.oracles import Watch, adopting_orphans
from red_team.program_files import HERE, read_programs
from restricted_pod import NOBODY, environment, in_pod, python_in_pod

from astor.sandbox import CallsJob, Ending, Limits, Sandbox, SandboxOptions, StdinJob

HOSTILE = {program.name: program for program in read_programs("hostile")}
HONEST = {program.name: program for program in read_programs("honest")}
ORDINARY = {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def parameters(names):
    marks = {name: [pytest.mark.xfail(strict=True, reason=why)] for name in names if (why := holes(name))}
    return [pytest.param(name, marks=marks.get(name, [])) for name in names]


def holes(name):
    return HOSTILE[name].head.get("Xfail", "")


@pytest.fixture(scope="module")
def places():
    """The red team at work in all places at once, each in a process of its own: place → that process."""
    python = python_in_pod()
    commands = {"here": ([sys.executable, str(HERE / "arena.py")], {})}
    if python is not None:
        again = [python, str(HERE / "arena.py"), "--less"]
        commands["restricted pod"] = (in_pod(again), {})
        if os.geteuid() == 0:
            commands["ordinary user"] = (again, ORDINARY)
    with contextlib.ExitStack() as running:
        processes = {}
        for place, (command, user) in commands.items():
            processes[place] = subprocess.Popen(
                command, env=environment(), cwd="/", text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **user
            )
            running.callback(processes[place].communicate)
            running.callback(processes[place].kill)
        yield processes


@pytest.fixture(scope="module")
def generous():
    with Sandbox(SandboxOptions(workers=2, limits=Limits(output_bytes=16 << 20))) as sandbox:
        yield sandbox


@pytest.mark.parametrize("name", HONEST)
def test_honest_program(generous, name):
    head = HONEST[name].head
    expected = eval(head["Result"])
    (result,) = generous.run([CallsJob(HONEST[name].source, "solve", (eval(head["Arguments"]),))])
    if "ModuleNotFoundError" in result.detail:
        pytest.skip("it imports what is not installed for the interpreter itself")
    assert result.ending is Ending.FINISHED, result.detail
    assert result.claims[0].value == expected
    assert type(result.claims[0].value) is type(expected)
    assert 0 < result.cpu_seconds < math.inf


def test_calls_are_answered_in_order_and_exceptions_are_answers(generous):
    program = "import re\nclass Mine(KeyError): pass\ndef solve(x):\n    if x == 2: raise Mine\n    return x / x"
    program += "\ndef other(x): return re"
    (result,) = generous.run([CallsJob(program, "solve", ((1,), (0,), (2,), (4,)))])
    assert result.ending is Ending.FINISHED
    assert [(claim.kind, claim.value, claim.exception) for claim in result.claims] == [
        ("value", 1.0, ""),
        ("raised", None, "ZeroDivisionError"),
        ("raised", None, "KeyError"),
        ("value", 1.0, ""),
    ]
    (result,) = generous.run([CallsJob(program, "other", ((1,),))])
    assert [claim.kind for claim in result.claims] == ["opaque"]


def test_every_program_sees_the_same_world(generous):
    program = (
        "import os, random, locale, time\n"
        "def solve():\n"
        "    return [random.random(), hash('astor'), time.tzname[0], locale.setlocale(locale.LC_ALL, ''),\n"
        "            sorted(os.environ), os.getcwd(), list({'one', 'two', 'three'})]"
    )
    first, *others = generous.run([CallsJob(program, "solve", ((),))] * 8)
    assert first.ending is Ending.FINISHED
    assert all(other.claims == first.claims for other in others)
    assert first.claims[0].value[2] == "UTC"
    assert not {"PWD", "LD_BIND_NOW"} & set(first.claims[0].value[4])


def test_results_come_in_the_order_of_the_jobs(generous):
    sleepy = "import time\ndef solve(x):\n    time.sleep(x)\n    return x"
    pauses = [0.05, 0.0, 0.03, 0.0, 0.01]
    results = generous.run([CallsJob(sleepy, "solve", ((pause,),)) for pause in pauses])
    assert [result.claims[0].value for result in results] == pauses
    assert generous.run([]) == []


def test_no_calls_is_a_program_that_was_only_loaded(generous):
    (result,) = generous.run([CallsJob("def solve(): pass", "solve", ())])
    assert (result.ending, result.claims) == (Ending.FINISHED, ())


def test_hostile_programs_side_by_side_do_not_disturb_honest_ones():
    """Two workers: whatever the one suffers, the other's programs end as they would alone."""
    honest = CallsJob("import threading\n" + HONEST["threads"].source, "solve", ((40,),))
    names = ["host/thousands_of_threads", "host/fork_bomb", "host/memory_by_mmap", "channel/floods", "host/signals"]
    world = {"verifier": os.getpid(), "canary": os.getpid()}
    jobs = [job for name in names for job in (JOBS["calls"](HOSTILE[name], world), honest, honest)]
    with Sandbox(SandboxOptions(workers=2, limits=LIMITS)) as sandbox:
        results = sandbox.run(jobs)
        assert sandbox.metrics()["restarts"] == 0
    assert [result.claims[0].value for job, result in zip(jobs, results, strict=True) if job is honest] == [
        list(range(40))
    ] * (2 * len(names))


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the greedy program is written for another machine")
@pytest.mark.parametrize("user", [pytest.param({}, id="here"), pytest.param(ORDINARY, id="ordinary user")])
def test_a_program_cannot_take_the_threads_of_another(user):
    python = python_in_pod() if user else sys.executable
    if python is None or (user and os.geteuid()):
        pytest.skip("this is the only user there is" if os.geteuid() else "nobody can't run an interpreter here")
    command = [python, str(HERE / "neighbours.py")]
    ran = subprocess.run(command, env=environment(), cwd="/", text=True, capture_output=True, check=True, **user)
    per_worker, claims = json.loads(ran.stdout)
    if not per_worker:
        pytest.xfail("without a user namespace, threads of an ordinary user's workers are counted together")
    assert claims == [list(range(40))] * 5


JUDGED = {
    "exits/os_exit_in_the_call": "failed",
    "exits/segmentation_fault": "failed",
    "malformed/null_byte": "malformed",
    "equality/subclasses_that_equal_everything": "failed",
    "channel/two_endings": "forbidden",
    "channel/floods": "failed",
    "checker/threads_that_live_on": "failed",
    "host/signals": "failed",
    "host/memory_in_lists": "out_of_memory",
    "host/spins": "timeout",
    "check/equals_everything": "failed",
    "check/blames_the_check": "failed",
}
"""Program → the outcome that the command prints. The right answers are those of `ARGUMENTS`."""


def test_the_command_judges_each_on_one_line(places, tmp_path):
    """One line of JSON, exit code 0, nothing on standard error, and nothing left."""
    command = shutil.which("astor", path=str(Path(sys.executable).parent))
    assert command is not None

    def judge(name):
        folder = tmp_path / name.replace("/", "-")
        folder.mkdir()
        program, tests, check = folder / "program.py", folder / "tests.json", folder / "check.py"
        program.write_text(HOSTILE[name].source)
        tests.write_text(json.dumps([{"args": [x, world], "expected": x + 1} for x in (41, 7)]))
        if "Check" in HOSTILE[name].head:
            source = (HERE / "checks" / f"{HOSTILE[name].head['Check']}.py").read_text()
            check.write_text(f"WORLD = {world!r}\n{source}")
        asked = ["--check", str(check)] if check.exists() else ["--tests", str(tests)]
        ran = subprocess.run(
            [command, "sandbox", "judge", "--program", str(program), "--entry", "solve", *asked],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        (line,) = ran.stdout.splitlines()
        left = sorted(path.name for path in folder.iterdir())
        return (
            ran.returncode,
            ran.stderr,
            json.loads(line)["outcome"],
            left == sorted({"program.py", "tests.json"} | ({"check.py"} if check.exists() else set())),
        )

    with adopting_orphans(), Bystanders() as bystanders:
        world = bystanders.world
        strangers = {process.pid for process in places.values()}
        with Watch(bystanders, 2 << 30, math.inf, strangers) as watch, ThreadPoolExecutor(2) as pool:
            found = dict(zip(JUDGED, pool.map(judge, JUDGED), strict=True))
    assert found == {name: (0, "", outcome, True) for name, outcome in JUDGED.items()}
    assert watch.complaints == []


def test_stdin_programs_can_see_one_input_at_a_time(generous):
    (result,) = generous.run([StdinJob("import os\nprint(os.fstat(0).st_size)", ("1", "22", "333"))])
    assert [claim.value for claim in result.claims] == ["1\n", "2\n", "3\n"]


@pytest.fixture(scope="module")
def found(places):
    """What was wrong about each program here."""
    found = report(places["here"])
    assert found.keys() == {name for name in HOSTILE if HOSTILE[name].fits()}
    return found


def report(process):
    printed, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    return json.loads(printed)


@pytest.mark.parametrize("name", parameters(HOSTILE))
def test_hostile_program(found, name):
    if not HOSTILE[name].fits():
        pytest.skip("it is written for another machine")
    assert found[name] == []


@pytest.mark.parametrize("place", ["restricted pod", "ordinary user"])
def test_hostile_programs_elsewhere(places, place):
    if place not in places:
        pytest.skip("this is the only user there is" if os.geteuid() else "nobody can't run an interpreter here")
    found = report(places[place])
    assert found.keys() == {name for name, program in HOSTILE.items() if program.fits() and not waits(program)}
    assert {name: wrong for name, wrong in found.items() if wrong and not holes(name)} == {}
