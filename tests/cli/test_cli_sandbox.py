"""`astor sandbox` by itself: programs from files, verdicts as one JSON line."""

import json
from pathlib import Path

import pytest
from cli_command import Astor

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
