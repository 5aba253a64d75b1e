"""Problems as they are published: JSON within JSON, tests to show and tests to hide, and much that is odd."""

import json
from pathlib import Path
from typing import Any

import pytest

from astor.data.formats import open_source
from astor.data.verification import verify_items
from astor.records import Function, Item, Program
from astor.sandbox import Limits, Sandbox, SandboxOptions
from tests.data.stdin_records import CASES, CONTEST, LIVE, PROBLEM, QUESTION, SOLUTION, TESTS, read


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


@pytest.mark.parametrize("solutions", [SOLUTION, json.dumps(SOLUTION), json.dumps([SOLUTION]), str([SOLUTION])])
def test_one_solution_may_be_the_text_itself(tmp_path: Path, solutions: str) -> None:
    assert program_of(read(tmp_path, solutions=solutions)[1][0]).solutions == (SOLUTION,)


def test_solutions_and_tests_of_contests_may_stand_one_by_one(tmp_path: Path) -> None:
    solutions = [{"language": "CPP", "solution": "int main() {}"}, {"language": "PYTHON3", "solution": SOLUTION}]
    (item,) = read(tmp_path, CONTEST, solutions=solutions, public_tests=CASES[:1])[1]
    assert program_of(item) == program_of(read(tmp_path, CONTEST)[1][0])


def test_a_solution_may_stand_in_a_fence(tmp_path: Path) -> None:
    fenced = [f"```python\n{SOLUTION}```", f"~~~\n{SOLUTION}~~~\n", SOLUTION.replace("\n", "\r\n")]
    (item,) = read(tmp_path, solutions=fenced)[1]
    assert {solution.strip() for solution in program_of(item).solutions} == {SOLUTION.strip()}


@pytest.mark.parametrize(
    ("problem", "changes"),
    [
        (PROBLEM, {"solutions": "[]"}),
        (PROBLEM, {"solutions": None}),
        (PROBLEM, {"solutions": ["print 1", 3, "\0"]}),
        (PROBLEM, {"solutions": '["\\ud83d"]'}),
        (LIVE, {"solutions": None}),
        (CONTEST, {"solutions": {"language": [2], "solution": ["int main() {}"]}}),
    ],
)
def test_a_problem_without_a_solution_stays(tmp_path: Path, problem: dict[str, Any], changes: dict[str, Any]) -> None:
    source, (item,) = read(tmp_path, problem, **changes)
    assert program_of(item).solutions == ()
    assert not source.left_out


METHOD = "class Solution:\n    def add(self, a: List[int], b: int) -> int:\n        "
CALLED = {"fn_name": "add", "inputs": [[[1], 2], [[3], 4], [[3], 4]], "outputs": [[3], [7], [7]]}


def test_tests_that_call_a_function_make_calls(tmp_path: Path) -> None:
    solutions = ["def add(a, b):\n    return a[0] - b", "def add(a, b):\n    return a[0] + b"]
    (item,) = read(tmp_path, input_output=CALLED, solutions=solutions)[1]
    function = function_of(item)
    assert (function.entry, function.source, function.other_sources) == ("add", solutions[0], (solutions[1],))
    assert [(call.arguments, call.returns) for call in function.calls] == [("([1], 2)", "3"), ("([3], 4)", "7")]
    with Sandbox(SandboxOptions()) as sandbox:
        (found,) = verify_items([item], sandbox)
    assert (found.reason, function_of(found.item).source) == ("", solutions[1])


@pytest.mark.parametrize("starter", [METHOD, ""])
def test_what_is_a_method_is_called_as_one(tmp_path: Path, starter: str) -> None:
    (item,) = read(tmp_path, input_output=CALLED, solutions=[f"{METHOD}return a[0] + b"], starter_code=starter)[1]
    function = function_of(item)
    assert function.entry == "Solution.add"
    assert starter.strip() in function.description
    assert "from typing import *" in function.source, "which its annotations need"
    with Sandbox(SandboxOptions()) as sandbox:
        assert [found.reason for found in verify_items([item], sandbox)] == [""]


def test_methods_of_live_code_bench_are_read_without_a_solution(tmp_path: Path) -> None:
    case = {"input": "[1]\n2", "output": "3", "testtype": "functional"}
    given = {"public_test_cases": json.dumps([case]), "private_test_cases": "[]", "metadata": '{"func_name": "add"}'}
    (item,) = read(tmp_path, LIVE, **given, starter_code=METHOD, solutions=None)[1]
    function = function_of(item)
    assert (function.entry, function.source) == ("Solution.add", "")
    assert (function.calls[0].arguments, function.calls[0].returns) == ("([1], 2)", "3")


def test_keys_that_are_whole_numbers_are_so_again(tmp_path: Path) -> None:
    tests = {"fn_name": "f", "inputs": [[{"1": 2}], [{"a": 2}]], "outputs": [{"1": "a"}, {}]}
    (item,) = read(tmp_path, input_output=json.dumps(tests))[1]
    assert [call.arguments for call in function_of(item).calls] == ["({1: 2},)", "({'a': 2},)"]


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


def function_of(item: Item) -> Function:
    assert isinstance(item.content, Function)
    return item.content


def test_a_huge_number_in_an_output_is_text_like_any_other(tmp_path: Path) -> None:
    outputs = ["7" * 5000] * 8
    program = program_of(read(tmp_path, input_output=json.dumps({**TESTS, "outputs": outputs}))[1][0])
    assert program.hidden_tests[0].stdout == outputs[0]


def test_a_reference_is_run_on_all_tests(tmp_path: Path) -> None:
    (right,) = read(tmp_path)[1]
    (wrong,) = read(tmp_path, solutions=["print(sum(map(int, input().split())) % 13)"])[1]
    (slow,) = read(tmp_path, solutions=["while True: pass"])[1]
    with Sandbox(SandboxOptions(limits=Limits(cpu_seconds=0.3))) as sandbox:
        assert [bool(found.reason) for found in verify_items([right, wrong, slow], sandbox)] == [False, True, True]
