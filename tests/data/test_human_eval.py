"""HumanEval's form, and HumanEval+'s: which tests become calls, which stay code."""

import json
from pathlib import Path

import pytest

from astor.data.human_eval import HumanEvalOptions, HumanEvalSource
from astor.data.splits import SplitOptions
from astor.data.verification import verify_items
from astor.records import Function, Item
from astor.sandbox import Sandbox

PROMPT = '''from typing import List


def double(x):
    """Twice x."""
    return 2 * x


def total(xs: List[int]) -> int:
    """ Sum the doubles.
    >>> total([1])
    2
    """
'''
TEST = """

METADATA = {'author': 'us'}


def check(candidate):
    assert candidate([1, 2]) == 6, "a hint"
    assert candidate([]) == 0
    assert True, "always"
    assert candidate([3]) == double(3)
    for x in range(3):
        assert candidate([x]) == 2 * x
"""
PLUS = """
import numpy as np

def assertion(out, exp, atol):
    assert out == exp

def check(candidate):
    inputs = [[[1, 2]], [[]]]
    results = [6, 0]
    for i, (inp, exp) in enumerate(zip(inputs, results)):
        assertion(candidate(*inp), exp, 0)
"""


def read(tmp_path: Path, **changes: str) -> list[Item]:
    fields = {
        "task_id": "HumanEval/900",
        "prompt": PROMPT,
        "entry_point": "total",
        "canonical_solution": "    return sum(map(double, xs))\n",
        "test": TEST,
    }
    path = tmp_path / "problems.jsonl"
    path.write_text(json.dumps(fields | changes) + "\n")
    return list(HumanEvalSource(HumanEvalOptions(path=path), SplitOptions()).items())


def function_of(item: Item) -> Function:
    assert isinstance(item.content, Function)
    return item.content


def test_a_problem_becomes_a_function(tmp_path: Path) -> None:
    (item,) = read(tmp_path)
    function = function_of(item)
    assert (item.id, function.entry, function.description) == ("HumanEval-900", "total", "Sum the doubles.")
    assert '"""' not in function.source
    assert [(call.arguments, call.returns) for call in function.calls] == [("([1, 2],)", "6"), ("([],)", "0")]
    assert function.check is not None
    assert "always" not in function.check
    assert "METADATA" not in function.check


def test_the_check_has_what_else_the_prompt_defines(tmp_path: Path) -> None:
    (item,) = read(tmp_path)
    wrong = read(tmp_path, canonical_solution="    return sum(map(double, xs)) if len(xs) != 1 else 0\n")[0]
    with Sandbox() as sandbox:
        reasons = [found.reason for found in verify_items([item, wrong], sandbox)]
    assert reasons == ["", "it does not pass its own tests"]


@pytest.mark.parametrize(
    "test",
    [
        TEST.replace("candidate", "total") + "\ncheck(total)",
        TEST + "\nif __name__ == '__main__':\n    check(total)",
        TEST.replace("candidate)", "f, hint='none')").replace("candidate", "f") + "\ncheck(total, hint='some')",
        TEST + "\ncheck(lambda *a: total(*a))",
        "from functools import partial\n" + TEST + "\ncheck(partial(total))",
        TEST.replace("candidate)", "_)").replace("candidate", "total"),
    ],
)
def test_a_check_passes_in_whatever_form_plain_python_passes_it(tmp_path: Path, test: str) -> None:
    (item,) = read(tmp_path, test=test)
    (wrong,) = read(tmp_path, test=test, canonical_solution="    return sum(map(double, xs)) if len(xs) != 1 else 0\n")
    with Sandbox() as sandbox:
        reasons = [found.reason for found in verify_items([item, wrong], sandbox)]
    assert reasons == ["", "it does not pass its own tests"]


def test_assertions_become_calls_whatever_the_parameter_is_called(tmp_path: Path) -> None:
    test = "def check(total):\n    assert total([1]) == 2\n    assert total([]) == 0\n\ncheck(total)"
    function = function_of(read(tmp_path, test=test)[0])
    assert ([call.arguments for call in function.calls], function.check) == (["([1],)", "([],)"], None)


def test_inputs_and_results_become_calls(tmp_path: Path) -> None:
    (item,) = read(tmp_path, test=PLUS)
    function = function_of(item)
    assert [(call.arguments, call.returns) for call in function.calls] == [("([1, 2],)", "6"), ("([],)", "0")]
    assert function.check is None


def test_inputs_without_results_are_checked_against_the_solution(tmp_path: Path) -> None:
    (item,) = read(tmp_path, base_input=[[[1, 2]]], plus_input=[[[3, 4, 5]], [[7]]], atol=0)
    function = function_of(item)
    wrong = function.model_copy(
        update={
            "source": f"{function.source}\n\n\nown = {function.entry}\n\n\n"
            f"def {function.entry}(values):\n    return 0 if values == [7] else own(values)"
        }
    )
    with Sandbox() as sandbox:
        found = list(verify_items([item, item.model_copy(update={"content": wrong})], sandbox))
    assert [bool(one.reason) for one in found] == [False, True]


def test_what_stands_above_the_function_is_its_preamble(tmp_path: Path) -> None:
    (item,) = read(tmp_path)
    assert function_of(item).preamble == PROMPT.partition("\n\n\ndef total")[0]


@pytest.mark.parametrize("change", [{"test": "x = 1"}, {"entry_point": "other"}, {"test": "def check(c):\n    pass"}])
def test_a_problem_without_tests_is_left_out(tmp_path: Path, change: dict[str, str]) -> None:
    assert read(tmp_path, **change) == []


def test_what_is_no_python_is_left_out(tmp_path: Path) -> None:
    assert read(tmp_path, canonical_solution="    return (\n") == []
