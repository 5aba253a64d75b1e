"""Problems in the form of APPS and TACO: JSON within JSON, tests to show and tests to hide."""

import json
from pathlib import Path
from typing import Any

import pytest

from astor.data.splits import SplitOptions
from astor.data.stdin_problems import StdinProblemsOptions, StdinProblemsSource
from astor.data.verification import verify_items
from astor.errors import UserError
from astor.records import Item, Program
from astor.sandbox import Limits, Sandbox, SandboxOptions

QUESTION = "Read two whole numbers from a line and write their sum. " * 3
TESTS = {"inputs": [f"{n} {n}\n" for n in range(8)], "outputs": [f"{2 * n}\n" for n in range(8)]}
SOLUTION = "a, b = map(int, input().split())\nprint(a + b)\n"
PROBLEM = {
    "question": QUESTION,
    "input_output": json.dumps(TESTS),
    "solutions": json.dumps(["print 'old'", SOLUTION]),
    "difficulty": "EASY",
    "raw_tags": "[]",
}


def read(tmp_path: Path, **changes: Any) -> tuple[StdinProblemsSource, list[Item]]:
    path = tmp_path / "sums.jsonl"
    path.write_text(json.dumps(PROBLEM | changes) + "\n")
    source = StdinProblemsSource(StdinProblemsOptions(path=path, licence="MIT"), SplitOptions())
    return source, list(source.items())


def program_of(item: Item) -> Program:
    assert isinstance(item.content, Program)
    return item.content


def test_a_problem_has_public_and_hidden_tests(tmp_path: Path) -> None:
    source, (item,) = read(tmp_path)
    program = program_of(item)
    assert (item.id, item.licence, item.difficulty) == ("sums-1", "MIT", 1)
    assert program.solutions == (SOLUTION,)
    assert [test.stdin for test in program.public_tests] == TESTS["inputs"][:4]
    assert [test.stdin for test in program.hidden_tests] == TESTS["inputs"][4:]
    assert program.compare == "whitespace"
    assert source.parts_left_out == {"solution: it is no Python 3": 1}


def test_objects_and_lines_are_read_like_text(tmp_path: Path) -> None:
    lines = {"inputs": [[f"{n} {n}", ""] for n in range(8)], "outputs": [[f"{2 * n}", ""] for n in range(8)]}
    same = program_of(read(tmp_path)[1][0])
    assert program_of(read(tmp_path, input_output=lines, solutions=[SOLUTION])[1][0]) == same


def test_decimal_outputs_are_compared_as_numbers(tmp_path: Path) -> None:
    outputs = {**TESTS, "outputs": [f"{2 * n}.50" for n in range(8)]}
    assert program_of(read(tmp_path, input_output=json.dumps(outputs))[1][0]).compare == "float"


def test_no_hidden_test_is_a_public_one(tmp_path: Path) -> None:
    doubled = {"inputs": TESTS["inputs"] * 2, "outputs": TESTS["outputs"] + ["wrong"] * 8}
    program = program_of(read(tmp_path, input_output=doubled)[1][0])
    assert len(program.public_tests) + len(program.hidden_tests) == 8
    assert "wrong" not in {test.stdout for test in program.hidden_tests}


def test_the_same_words_share_a_split(tmp_path: Path) -> None:
    (one,), (two,) = read(tmp_path)[1], read(tmp_path, question=QUESTION.upper().replace(" ", "\n"))[1]
    assert one.structural_hash == two.structural_hash


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"input_output": json.dumps({**TESTS, "fn_name": "add"})}, "its tests call a function"),
        ({"input_output": ""}, "too few tests"),
        ({"input_output": json.dumps({"inputs": ["1"] * 9, "outputs": ["1"] * 9})}, "too few tests"),
        ({"solutions": "[]"}, "no solution is Python 3"),
        ({"question": "Add."}, "the statement is too short"),
    ],
)
def test_what_is_of_no_use_is_counted(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    source, items = read(tmp_path, **changes)
    assert not items
    assert source.left_out == {reason: 1}


def test_json_within_json_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 1, field 'input_output': the text is not JSON"):
        read(tmp_path, input_output="{'inputs': []}")


def test_a_reference_is_run_on_all_tests(tmp_path: Path) -> None:
    (right,) = read(tmp_path)[1]
    (wrong,) = read(tmp_path, solutions=["print(sum(map(int, input().split())) % 13)"])[1]
    (slow,) = read(tmp_path, solutions=["while True: pass"])[1]
    with Sandbox(SandboxOptions(limits=Limits(cpu_seconds=0.3))) as sandbox:
        assert [bool(found.reason) for found in verify_items([right, wrong, slow], sandbox)] == [False, True, True]
