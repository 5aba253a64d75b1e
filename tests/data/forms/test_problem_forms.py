"""Problems with inputs and outputs: a record of each form becomes the same program, or the same function."""

import json
from pathlib import Path
from typing import Any

import pytest

from astor.data.formats import open_source
from astor.data.source import Source
from astor.data.verification import verify_items
from astor.records import Function, Item, Program
from astor.sandbox import Sandbox

STATEMENT = "Read two whole numbers from a line and write their sum. " * 3
SOLUTION = "a, b = map(int, input().split())\nprint(a + b)"
PAIRS = [(f"{n} {n}\n", f"{2 * n}\n") for n in range(9)]
COLUMNS = {"inputs": [stdin for stdin, _ in PAIRS], "outputs": [stdout for _, stdout in PAIRS]}
CASES = [{"input": stdin, "output": stdout, "type": "stdin_stdout", "fn_name": None} for stdin, stdout in PAIRS]
CALLS = {"fn_name": "add", "inputs": [[1, 2], [3, 4]], "outputs": [3, 7]}
ASSERTS = ["assert add(1, 2) == 3", "assert add(3, 4) == 7"]

APPS = {
    "question": STATEMENT,
    "input_output": json.dumps(COLUMNS),
    "solutions": json.dumps([SOLUTION]),
    "starter_code": "",
}
DEEP_CODER = {"problem": STATEMENT, "tests": json.dumps(CASES), "solutions": [f"```python\n{SOLUTION}\n```"]}
SYNTHETIC = {
    "prompt": "Solve the following coding problem using the programming language python:\n\n"
    f"{STATEMENT}\n\nThe input will be stdin and you should print your solution to stdout\n\n\n"
    "Now solve the problem and return the code.",
    "task_type": "verifiable_code",
    "gold_standard_solution": f"```python\n{SOLUTION}\n```",
    "verification_info": json.dumps({"language": "python", "test_cases": CASES}),
    "metadata": {"difficulty": "HARD"},
    "problem_id": "vc_1",
}
VERL = {
    "data_source": "taco",
    "prompt": [
        {"role": "system", "content": "Think."},
        {
            "role": "user",
            "content": f"{STATEMENT}\n\nWrite Python code to solve the problem. Present the code in \n"
            "```python\nYour code\n```\nat the end.",
        },
    ],
    "ability": "code",
    "reward_model": {"style": "rule", "ground_truth": json.dumps(COLUMNS)},
}
CODEFORCES = {
    "id": "1/A",
    "description": STATEMENT,
    "input_format": "Two numbers.",
    "output_format": "Their sum.",
    "interaction_format": None,
    "input_mode": "stdio",
    "examples": CASES[:2],
    "official_tests": CASES,
    "generated_checker": None,
}
FORMS = {
    "APPS or TACO": APPS,
    "DeepCoder": DEEP_CODER,
    "SYNTHETIC-1": SYNTHETIC,
    "verl": VERL,
    "Codeforces of Open R1": CODEFORCES,
}


def read(tmp_path: Path, record: dict[str, Any], **changes: Any) -> tuple[Source, list[Item]]:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(record | changes) + "\n")
    source = open_source(str(path))
    return source, list(source.items())


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_known_and_says_the_same(tmp_path: Path, form: str) -> None:
    source, (item,) = read(tmp_path, FORMS[form])
    assert source.forms == {form: 1}
    program = item.content
    assert isinstance(program, Program)
    assert program.description.startswith(STATEMENT.strip())
    assert "solve the problem" not in program.description
    tests = [(test.stdin, test.stdout) for test in (*program.public_tests, *program.hidden_tests)]
    assert sorted(tests) == PAIRS
    assert program.solutions == (() if form in ("verl", "Codeforces of Open R1") else (SOLUTION,))


@pytest.mark.parametrize(
    ("form", "changes"),
    [
        ("APPS or TACO", {"input_output": CALLS}),
        ("DeepCoder", {"tests": json.dumps(CALLS)}),
        (
            "DeepCoder",
            {
                "tests": [
                    {"input": f"{n}\n{n + 1}", "output": f"{n + n + 1}", "testtype": "functional"} for n in (1, 3)
                ],
                "metadata": '{"func_name": "add"}',
            },
        ),
        (
            "SYNTHETIC-1",
            {
                "verification_info": {
                    "language": "python",
                    "test_cases": [
                        {"input": [n, n + 1], "output": [n + n + 1], "type": "function_call", "fn_name": "add"}
                        for n in (1, 3)
                    ],
                }
            },
        ),
        ("verl", {"reward_model": {"ground_truth": json.dumps(CALLS)}}),
        ("verl", {"reward_model": {"ground_truth": json.dumps(ASSERTS)}}),
        ("verl", {"reward_model": {"ground_truth": CALLS}}),
    ],
)
def test_each_form_may_call_a_function(tmp_path: Path, form: str, changes: dict[str, Any]) -> None:
    _, (item,) = read(tmp_path, FORMS[form], **changes)
    function = item.content
    assert isinstance(function, Function)
    assert function.entry == "add"
    assert [(call.arguments, call.returns) for call in function.calls] == [("(1, 2)", "3"), ("(3, 4)", "7")]


def test_the_parts_of_a_statement_have_headings(tmp_path: Path) -> None:
    (item,) = read(tmp_path, CODEFORCES)[1]
    assert item.id == "x-1/A"
    assert isinstance(item.content, Program)
    assert item.content.description.endswith("Input\nTwo numbers.\n\nOutput\nTheir sum.")
    assert [test.stdin for test in item.content.public_tests] == ["0 0\n", "1 1\n"]


def test_a_checker_decides_where_many_outputs_are_right(tmp_path: Path) -> None:
    checker = "import sys\nprint(int(sum(map(int, open(sys.argv[3]).read().split())) == int(open(sys.argv[2]).read())))"
    (item,) = read(tmp_path, CODEFORCES, generated_checker=checker)[1]
    assert isinstance(item.content, Program)
    programs = ["print(*map(int, input().split()))", SOLUTION, "print(-1)"]
    contents = [item.content.model_copy(update={"solutions": (program,)}) for program in programs]
    with Sandbox() as sandbox:
        found = list(verify_items([item.model_copy(update={"content": each}) for each in contents], sandbox))
    assert [bool(one.reason) for one in found] == [False, False, True]


@pytest.mark.parametrize(
    ("record", "changes", "reason"),
    [
        (SYNTHETIC, {"task_type": "verifiable_math"}, "it is no problem of code"),
        (SYNTHETIC, {"verification_info": {"language": "cpp", "test_cases": CASES}}, "it is of another language"),
        (VERL, {"ability": "math"}, "it is no problem of code"),
        (VERL, {"reward_model": {"ground_truth": "[1, 2]"}}, "there is no list of tests in its ground_truth"),
        (VERL, {"reward_model": {"ground_truth": "3 + 4"}}, "its ground_truth cannot be read as JSON"),
        (VERL, {"reward_model": {"ground_truth": {"pytest": "x"}}}, "its ground_truth is of no known form"),
        (VERL, {"reward_model": {"ground_truth": ["assert add(x) == 1"]}}, "its asserts are no calls on plain data"),
        (CODEFORCES, {"interaction_format": "Ask."}, "its programs talk with another one"),
        (CODEFORCES, {"input_mode": "file"}, "its programs read or write files"),
    ],
)
def test_what_is_of_no_use_is_counted(
    tmp_path: Path, record: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    source, items = read(tmp_path, record, **changes)
    assert not items
    assert source.left_out == {reason: 1}
