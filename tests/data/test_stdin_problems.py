"""Problems as they are published: JSON within JSON, tests to show and tests to hide, and much that is odd."""

import json
from pathlib import Path
from typing import Any

import pytest

from astor.data.formats import open_source
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


CASES = [{"input": stdin, "output": stdout, "testtype": "stdin"} for stdin, stdout in zip(*TESTS.values(), strict=True)]
LIVE = {  # A record of LiveCodeBench, with a solution, which the published ones lack.
    "question_content": QUESTION,
    "question_id": "1873_A",
    "public_test_cases": json.dumps(CASES[:2]),
    "private_test_cases": json.dumps(CASES[2:]),
    "starter_code": "",
    "difficulty": "easy",
    "solutions": [SOLUTION],
}
CONTEST = {  # One of CodeContests: tests by column, solutions in all languages.
    "name": "1_A. Sums",
    "description": QUESTION,
    "public_tests": {"input": TESTS["inputs"][:1], "output": TESTS["outputs"][:1]},
    "private_tests": {"input": TESTS["inputs"][:3], "output": TESTS["outputs"][:3]},
    "generated_tests": {"input": TESTS["inputs"][3:], "output": TESTS["outputs"][3:]},
    "solutions": {"language": [2, 3, 1], "solution": ["int main() {}", SOLUTION, "print 1"]},
    "difficulty": 7,
    "input_file": "",
}


def read(tmp_path: Path, problem: dict[str, Any] = PROBLEM, **changes: Any) -> tuple[StdinProblemsSource, list[Item]]:
    path = tmp_path / "sums.jsonl"
    path.write_text(json.dumps(problem | changes) + "\n")
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


@pytest.mark.parametrize(("problem", "shown", "name"), [(LIVE, 2, "sums-1873_A"), (CONTEST, 1, "sums-1")])
def test_tests_that_are_public_stay_so_in_every_form(
    tmp_path: Path, problem: dict[str, Any], shown: int, name: str
) -> None:
    _, (item,) = read(tmp_path, problem)
    program = program_of(item)
    assert item.id == name
    assert program.solutions == (SOLUTION,)
    assert [test.stdin for test in program.public_tests] == TESTS["inputs"][:shown]
    assert [test.stdin for test in program.hidden_tests] == TESTS["inputs"][shown:]
    assert open_source(str(tmp_path / "sums.jsonl")).options.type == "stdin"


EIGHT = ["1\n"] * 8


@pytest.mark.parametrize(
    ("input_output", "reason"),
    [
        (json.dumps({**TESTS, "fn_name": "add"}), "its tests call a function"),
        ({"fn_name": "add", "inputs": [[1, 2]] * 8, "outputs": [[3]] * 8}, "its tests call a function"),
        ('{"fn_name": "add", "inputs": [[%s]], "outputs": [[1]]}' % ("1" * 5000), "its tests call a function"),
        ("", "it has no tests"),
        (None, "it has no tests"),
        ("{}", "it has no tests"),
        ('{"inputs": [], "outputs": []}', "it has no tests"),
        ({"inputs": EIGHT, "outputs": EIGHT[:7]}, "inputs and outputs differ in number"),
        ({"inputs": EIGHT[:7], "outputs": EIGHT[:7]}, "too few tests"),
        ({"inputs": EIGHT, "outputs": EIGHT}, "too few tests"),
        ({"inputs": EIGHT, "outputs": [[["1"]]] * 8}, "a test is not text"),
        ({"inputs": [1] * 8, "outputs": EIGHT}, "a test is not text"),
        (json.dumps({"inputs": EIGHT, "outputs": ["\ud83d"] * 8}), "a test is not text"),
        ({"inputs": "1", "outputs": "1"}, "its input_output has no lists of inputs and outputs"),
        ({"inputs": None, "outputs": []}, "its input_output has no lists of inputs and outputs"),
        ('["1"]', "its input_output has no lists of inputs and outputs"),
        ("{'inputs': []}", "its input_output cannot be read as JSON"),
        (r'{"inputs": ["\x41"], "outputs": []}', "its input_output cannot be read as JSON"),
        ("[" * 100_000, "its input_output cannot be read as JSON"),
    ],
)
def test_odd_tests_are_counted_by_reason(tmp_path: Path, input_output: Any, reason: str) -> None:
    source, items = read(tmp_path, input_output=input_output)
    assert not items
    assert source.left_out == {reason: 1}


@pytest.mark.parametrize(
    ("problem", "changes", "reason"),
    [
        (PROBLEM, {"solutions": "[]"}, "it has no solution"),
        (PROBLEM, {"solutions": ""}, "it has no solution"),
        (PROBLEM, {"solutions": ["print 1", 3, "\0"]}, "no solution is Python 3"),
        (PROBLEM, {"solutions": '["\\ud83d"]'}, "no solution is Python 3"),
        (PROBLEM, {"solutions": "print(1)"}, "its solutions cannot be read as JSON"),
        (PROBLEM, {"solutions": {"a": 1}}, "there is no list in its solutions"),
        (PROBLEM, {"question": "Add."}, "the statement is too short"),
        (LIVE, {"solutions": None}, "it has no solution"),
        (LIVE, {"private_test_cases": "eJxrYJmawwABHVMA"}, "its private_test_cases are pickled, which is not read"),
        (LIVE, {"public_test_cases": [CASES[0] | {"testtype": "functional"}]}, "its tests call a function"),
        (LIVE, {"public_test_cases": "[3]"}, "there is no list of tests in its public_test_cases"),
        (CONTEST, {"solutions": {"language": [2], "solution": ["int main() {}"]}}, "it has no solution"),
        (CONTEST, {"input_file": "input.txt"}, "its programs read or write files"),
    ],
)
def test_what_is_of_no_use_is_counted(
    tmp_path: Path, problem: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    source, items = read(tmp_path, problem, **changes)
    assert not items
    assert source.left_out == {reason: 1}


def test_a_huge_number_in_an_output_is_text_like_any_other(tmp_path: Path) -> None:
    outputs = ["7" * 5000] * 8
    program = program_of(read(tmp_path, input_output=json.dumps({**TESTS, "outputs": outputs}))[1][0])
    assert program.hidden_tests[0].stdout == outputs[0]


def test_a_record_without_a_statement_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 1: field 'apps\.question' is None: give text"):
        read(tmp_path, question=None)


def test_a_reference_is_run_on_all_tests(tmp_path: Path) -> None:
    (right,) = read(tmp_path)[1]
    (wrong,) = read(tmp_path, solutions=["print(sum(map(int, input().split())) % 13)"])[1]
    (slow,) = read(tmp_path, solutions=["while True: pass"])[1]
    with Sandbox(SandboxOptions(limits=Limits(cpu_seconds=0.3))) as sandbox:
        assert [bool(found.reason) for found in verify_items([right, wrong, slow], sandbox)] == [False, True, True]
