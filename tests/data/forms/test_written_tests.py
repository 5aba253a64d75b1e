"""The same tests come out of every shape in which data sets write them."""

import json
from typing import Any

import pytest

from astor.data.forms.problem import UnusableError
from astor.data.forms.written_tests import WrittenTests, read_tests

ONE = {"input": "1 2\n", "output": "3\n"}


@pytest.mark.parametrize(
    "value",
    [
        {"inputs": ["1 2\n"], "outputs": ["3\n"]},
        {"inputs": ["1 2\n"], "outputs": ["3\n"], "fn_name": None},
        {"inputs": [["1 2", ""]], "outputs": [["3", ""]]},
        {"input": ["1 2\n"], "output": ["3\n"]},
        [ONE],
        [ONE | {"testtype": "stdin"}],
        [ONE | {"type": "stdin_stdout", "fn_name": None}],
    ],
)
def test_tests_of_whole_programs(value: Any) -> None:
    assert read_tests("tests", value) == WrittenTests([("1 2\n", "3\n")])
    assert read_tests("tests", json.dumps(value)) == WrittenTests([("1 2\n", "3\n")])


@pytest.mark.parametrize(
    ("output", "text"), [(3, "3"), (-0.5, "-0.5"), ([1, 2], "1\n2"), ([3], "3"), ("7" * 5000, "7" * 5000)]
)
def test_numbers_of_outputs_are_text(output: Any, text: str) -> None:
    assert read_tests("tests", {"inputs": ["1"], "outputs": [output]}).pairs == [("1", text)]


def test_a_number_too_long_for_python_keeps_its_digits() -> None:
    assert read_tests("tests", '{"inputs": ["1"], "outputs": [%s]}' % ("7" * 5000)).pairs == [("1", "7" * 5000)]


CALLED = WrittenTests([([[1, 2], "a"], 3), ([[], "b"], 0)], "add")


@pytest.mark.parametrize(
    "value",
    [
        {"fn_name": "add", "inputs": [[[1, 2], "a"], [[], "b"]], "outputs": [3, 0]},
        {"fn_name": "add", "inputs": [[[1, 2], "a"], [[], "b"]], "outputs": [[3], [0]]},
        {"fn_name": "add", "inputs": ['[1, 2]\n"a"', '[]\n"b"'], "outputs": ["3", "0"]},
        [
            {"input": '[1, 2]\n"a"', "output": "3", "testtype": "functional", "metadata": {"func_name": "add"}},
            {"input": '[]\n"b"', "output": "0", "testtype": "functional", "metadata": '{"func_name": "add"}'},
        ],
        [
            {"input": [[1, 2], "a"], "output": [3], "type": "function_call", "fn_name": "add"},
            {"input": [[], "b"], "output": [0], "type": "function_call", "fn_name": "add"},
        ],
        [
            {"input": '[[1, 2], "a"]', "output": "[3]", "type": "function_call", "fn_name": "add"},
            {"input": '[[], "b"]', "output": "[0]", "type": "function_call", "fn_name": "add"},
        ],
    ],
)
def test_tests_that_call_a_function(value: Any) -> None:
    assert read_tests("tests", value) == CALLED


def test_lists_of_other_lengths_are_results() -> None:
    assert read_tests("tests", {"fn_name": "f", "inputs": [[1], [2]], "outputs": [[1], [1, 2]]}).pairs[0] == ([1], [1])
    assert read_tests("tests", {"fn_name": "f", "inputs": ["1"], "outputs": ["[1]"]}).pairs == [([1], [1])]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"inputs": ["1"], "outputs": []}, "differ in number"),
        ({"inputs": "1", "outputs": "1"}, "has no lists of inputs and outputs"),
        ([3], "there is no list of tests in its tests"),
        ("[{]", "its tests cannot be read as JSON"),
        ("[" * 100_000, "its tests cannot be read as JSON"),
        ([ONE | {"testtype": "functional"}], "do not name the one function"),
        ([ONE | {"fn_name": "f"}, ONE | {"fn_name": "g"}], "do not name the one function"),
        ([ONE | {"fn_name": "f"}, ONE], "do not name the one function"),
    ],
)
def test_what_is_no_set_of_tests_has_a_reason(value: Any, reason: str) -> None:
    with pytest.raises(UnusableError, match=reason):
        read_tests("tests", value)
