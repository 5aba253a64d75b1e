"""Functions with test code: a record of each form becomes a function that its own tests hold for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from astor.data.formats import open_source
from astor.data.verification import verify_items
from astor.errors import UserError
from astor.sandbox import Sandbox, SandboxOptions
from tests.data.forms.published import ACE_CODE, BIG_CODE_BENCH, FORMS, KOD_CODE, LEET_CODE, MBPP_PLUS, read


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions()) as sandbox:
        yield sandbox


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_known_and_its_own_solution_passes(tmp_path: Path, sandbox: Sandbox, form: str) -> None:
    source, (function,) = read(tmp_path, FORMS[form])
    assert source.forms == {form: 1}
    (found,) = verify_items(source.items(), sandbox, mutants=False)
    assert (found.reason, found.detail) == ("", "")
    assert function.description


WRONG = {
    "LeetCodeDataset": {"completion": LEET_CODE["completion"].replace("nums[-1]", "nums[0]")},
    "KodCode": {"solution": KOD_CODE["solution"].replace("ValueError", "TypeError")},
    "AceCode": {"inferences": ACE_CODE["inferences"][1:2]},
    "BigCodeBench": {"canonical_solution": "    return {'root': 2}"},
}


@pytest.mark.parametrize("form", WRONG)
def test_a_wrong_solution_fails_in_each_form(tmp_path: Path, sandbox: Sandbox, form: str) -> None:
    source, _ = read(tmp_path, FORMS[form], **WRONG[form])
    (found,) = verify_items(source.items(), sandbox)
    assert found.reason == "it does not pass its own tests"


def test_named_arguments_of_a_method_are_put_in_order(tmp_path: Path) -> None:
    _, (function,) = read(tmp_path, LEET_CODE)
    assert function.entry == "Solution.ends"
    assert [call.arguments for call in function.calls] == ["([1, 2], 'a',)", "([3], 'b',)"]
    assert function.check is None
    assert function.preamble == LEET_CODE["prompt"].strip()
    assert LEET_CODE["starter_code"].strip() in function.description


def test_asserts_of_leet_code_that_are_no_data_run_as_code(tmp_path: Path, sandbox: Sandbox) -> None:
    test = LEET_CODE["test"] + "    assert max(candidate(nums = [1, int(math.sqrt(4))], word = inf)) == inf\n"
    source, (function,) = read(tmp_path, LEET_CODE, test=test)
    assert len(function.calls) == 2
    assert function.check is not None
    assert [found.reason for found in verify_items(source.items(), sandbox)] == [""]


def test_calls_of_pytest_are_data_and_all_else_runs(tmp_path: Path) -> None:
    _, (function,) = read(tmp_path, KOD_CODE)
    assert [(call.arguments, call.returns) for call in function.calls] == [("([1, 2],)", "[2, 4]"), ("([],)", "[]")]
    assert function.check_style == "pytest"
    plain = "from solution import double_all\n\ndef test_some():\n    assert double_all([1, 2]) == [2, 4]\n"
    _, (function,) = read(tmp_path, KOD_CODE, test=plain, test_info=None)
    assert (function.entry, function.check, len(function.calls)) == ("double_all", None, 1)


def test_answers_that_passed_are_solutions(tmp_path: Path, sandbox: Sandbox) -> None:
    source, (function,) = read(tmp_path, ACE_CODE)
    assert "n + n + 1" in function.source
    (found,) = verify_items(source.items(), sandbox)
    assert found.item.content.source == "def double(n):\n    return n + n\n"
    _, (function,) = read(tmp_path, ACE_CODE, inferences=[])
    assert (function.entry, function.source, len(function.calls)) == ("double", "", 2)


def test_inputs_have_the_types_of_the_example_and_the_solution_says_the_results(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    source, (function,) = read(tmp_path, MBPP_PLUS)
    assert function.description == "Write a function to find the mean of the numbers of two tuples."
    assert [call.returns for call in function.calls] == ["2.0"]
    assert "((5, 7), (2,))" in (function.check or "")
    answers = {
        "def mean(a, b):\n    return round(sum(a + b) / len(a + b), 4)": "",
        "def mean(a, b):\n    return sum(a + b) / 2": "it does not pass its own tests",
        "def mean(a, b):\n    return 2.0": "it does not pass its own tests",
    }
    (item,) = source.items()
    items = [item.model_copy(update={"content": function.model_copy(update={"source": answer})}) for answer in answers]
    assert [found.reason for found in verify_items(items, sandbox)] == list(answers.values())


def test_what_stands_above_a_function_is_its_preamble(tmp_path: Path) -> None:
    _, (function,) = read(tmp_path, BIG_CODE_BENCH)
    assert function.preamble == "import math\nBASE = 1"
    assert function.check_style == "unittest"


@pytest.mark.parametrize(
    ("form", "changes", "reason"),
    [
        ("LeetCodeDataset", {"completion": "class"}, "it is no Python of this version"),
        ("LeetCodeDataset", {"test": "x = 1"}, "its test defines no check(candidate)"),
        ("LeetCodeDataset", {"test": "def check(candidate):\n    pass"}, ""),
        ("KodCode", {"test": "def"}, "it is no Python of this version"),
        ("KodCode", {"test": "import os", "test_info": []}, "its tests import nothing that the solution defines"),
        ("KodCode", {"solution": "double_all = len"}, "its tests import nothing that the solution defines"),
        ("KodCode", {"test": "from solution import double_all"}, "it has no tests"),
        ("AceCode", {"test_cases": ["assert"]}, "its tests are no Python of this version"),
        ("AceCode", {"test_cases": []}, "no test calls a function"),
        ("AceCode", {"test_cases": ["assert len([]) == 0"]}, "no test calls a function"),
        ("MBPP+ of EvalPlus", {"canonical_solution": "def"}, "it is no Python of this version"),
        ("BigCodeBench", {"libs": "['numpy']"}, "it needs more than Python's own library"),
        ("BigCodeBench", {"test": "import pandas as pd"}, "it needs more than Python's own library"),
        ("BigCodeBench", {"entry_point": "other"}, "its program does not define what is tested"),
    ],
)
def test_what_is_of_no_use_is_counted(tmp_path: Path, form: str, changes: dict[str, Any], reason: str) -> None:
    source, functions = read(tmp_path, FORMS[form], **changes)
    assert source.left_out == ({reason: 1} if reason else {})
    assert len(functions) == (not reason)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"func_name": "f", "python_solution": "", "target_lines": []}, "those of TestEval, which is not read: its"),
        ({"code_src": "", "test_src": "", "repo": ""}, "those of TestGenEval, which is not read: its tests need"),
    ],
)
def test_forms_that_are_known_and_not_read_are_named(tmp_path: Path, record: dict[str, Any], told: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(record))
    with pytest.raises(UserError, match=told):
        open_source(str(path))
