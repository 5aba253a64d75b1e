"""`astor sandbox` by itself: programs from files, verdicts as one JSON line."""

import json
from pathlib import Path

import pytest
from cli_command import Astor

from astor.cli.limits import CPU_SECONDS, MEMORY_MB, OutputMb, limits_of
from astor.sandbox import Limits

PROGRAM = "def solve(xs):\n    return sorted(xs)\n"
TESTS = [{"args": [[3, 1]], "expected": [1, 3]}, {"args": [[]], "expected": [0]}]


@pytest.fixture
def judge(astor: Astor, tmp_path: Path):
    (tmp_path / "program.py").write_text(PROGRAM)

    def with_file(option: str, name: str, content: str):
        (tmp_path / name).write_text(content)
        return astor("sandbox", "judge", "--program", "program.py", "--entry", "solve", option, name, cwd=tmp_path)

    return with_file


def test_tests_are_counted(judge) -> None:
    verdict = json.loads(judge("--tests", "tests.json", json.dumps(TESTS)).stdout)
    assert verdict.keys() == {"outcome", "passed", "total", "cpu_seconds"}
    assert (verdict["outcome"], verdict["passed"], verdict["total"]) == ("failed", 1, 2)


def test_a_check_is_one_test(judge) -> None:
    verdict = json.loads(judge("--check", "check.py", "def check(f):\n    assert f([2, 1]) == [1, 2]\n").stdout)
    assert (verdict["outcome"], verdict["passed"], verdict["total"]) == ("passed", 1, 1)


@pytest.mark.parametrize(
    ("tests", "told"),
    [
        ("[{1, 2}]", "The tests tests.json are not JSON ("),
        ('[{"args": [1], "expected": object()}]', "The tests tests.json are not JSON ("),
        ("[]", "The tests tests.json hold no test"),
        ('[{"args": [1]}]', 'Test 1 of tests.json is not {"args": [...], "expected": ...}: mend it.'),
    ],
)
def test_expected_values_are_plain_data(judge, tests: str, told: str) -> None:
    done = judge("--tests", "tests.json", tests)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {told}")
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout


@pytest.mark.parametrize(
    ("option", "tests"),
    [
        ("--pytest", "def test_it(): assert solve([2, 1]) == [1, 2]\ndef test_no(): assert solve([]) == [0]"),
        (
            "--unittest",
            "import unittest\nclass T(unittest.TestCase):\n"
            "    def test_it(self): self.assertEqual(solve([2, 1]), [1, 2])\n"
            "    def test_no(self): self.assertEqual(solve([]), [0])",
        ),
    ],
)
def test_test_functions_are_counted(judge, option: str, tests: str) -> None:
    verdict = json.loads(judge(option, "tests.py", tests).stdout)
    assert (verdict["outcome"], verdict["passed"], verdict["total"]) == ("failed", 1, 2)


def test_outputs_are_compared_as_asked(astor: Astor, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("print(int(input()) / 3)")
    (tmp_path / "tests.json").write_text('[{"stdin": "1", "expected": "0.3333333"}]')
    ask = ("sandbox", "judge", "--program", "program.py", "--stdin", "tests.json")
    verdicts = [json.loads(astor(*ask, *how, cwd=tmp_path).stdout) for how in ((), ("--compare", "float"))]
    assert [verdict["passed"] for verdict in verdicts] == [0, 1]


@pytest.mark.parametrize("ways", [(), ("--tests", "tests.json", "--stdin", "tests.json")])
def test_a_program_is_judged_in_one_way(astor: Astor, tmp_path: Path, ways: tuple[str, ...]) -> None:
    done = astor("sandbox", "judge", "--program", "program.py", "--entry", "solve", *ways, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: A program is judged in exactly one way")
    assert len(done.stderr.splitlines()) == 1


def test_the_layers_that_stand_are_listed(astor: Astor) -> None:
    layers = json.loads(astor("sandbox", "check", "--json").stdout)
    table = astor("sandbox", "check").stdout
    assert layers
    assert all(layer["name"] in table for layer in layers)


LIMITS = [
    ("while True: pass", "--cpu-seconds", "0.1", "it took more than 0.1 CPU seconds"),
    ("import time\ntime.sleep(9)", "--wall-seconds", "0.2", "it took more than 0.2 s"),
    ("x = bytearray(90 << 20)", "--memory-mb", "80", "it took more than 80 MiB"),
    ("print('x' * 2_000_000)", "--output-mb", "1", "it wrote more than 1048576 bytes to its standard output"),
]


@pytest.mark.parametrize(("program", "option", "value", "reason"), LIMITS)
def test_a_limit_that_is_met_is_told_with_the_option_that_raises_it(astor, tmp_path, program, option, value, reason):
    (tmp_path / "p.py").write_text(program)
    (tmp_path / "t.json").write_text('[{"stdin": "", "expected": ""}]')
    asked = ("--program", "p.py", "--stdin", "t.json", "--wall-seconds", "60", option, value)
    done = astor("sandbox", "judge", *asked, cwd=tmp_path)
    assert json.loads(done.stdout)["reason"] == f"{reason}: {option} gives it more"


def test_the_options_default_to_the_limits_of_the_sandbox():
    limits = limits_of(CPU_SECONDS, None, MEMORY_MB, None)
    assert limits == Limits()
    told = f"default: {limits.stdout_bytes >> 20} as standard output, {limits.output_bytes >> 20} as results of calls."
    assert told in OutputMb.__metadata__[0].help
