"""Problems over standard input that are of no use are counted by what is odd about them."""

import json
from pathlib import Path
from typing import Any

import pytest

from astor.errors import UserError
from tests.data.stdin_records import CASES, CONTEST, LIVE, PROBLEM, TESTS, read

EIGHT = ["1\n"] * 8


@pytest.mark.parametrize(
    ("input_output", "reason"),
    [
        (json.dumps({**TESTS, "fn_name": "add"}), "its tests cannot be read as JSON"),
        ({"fn_name": "add", "inputs": [3], "outputs": [3]}, "a test has no list of arguments"),
        ('{"fn_name": "add", "inputs": [[1e999]], "outputs": [3]}', "a test is no plain data"),
        ({"fn_name": "add", "inputs": [], "outputs": []}, "it has no tests"),
        (
            [{"input": "1", "output": "1", "type": "functional"}],
            "its tests do not name the one function that they call",
        ),
        ("", "it has no tests"),
        (None, "it has no tests"),
        ("{}", "it has no tests"),
        ('{"inputs": [], "outputs": []}', "it has no tests"),
        ({"inputs": EIGHT, "outputs": EIGHT[:7]}, "inputs and outputs differ in number"),
        ({"inputs": EIGHT[:7], "outputs": EIGHT[:7]}, "too few tests"),
        ({"inputs": EIGHT, "outputs": EIGHT}, "too few tests"),
        ({"inputs": EIGHT, "outputs": [[["1"]]] * 8}, "a test is not text"),
        ({"inputs": [[True]] * 8, "outputs": EIGHT}, "a test is not text"),
        ({"inputs": [{"a": 1}] * 8, "outputs": EIGHT}, "a test is not text"),
        (json.dumps({"inputs": EIGHT, "outputs": ["\ud83d"] * 8}), "a test is not text"),
        ({"inputs": "1", "outputs": "1"}, "its input_output has no lists of inputs and outputs"),
        ({"inputs": None, "outputs": []}, "its input_output has no lists of inputs and outputs"),
        ('["1"]', "there is no list of tests in its input_output"),
        ("{'inputs': []}", "it has no tests"),
        ("{'inputs': [x]}", "its input_output cannot be read as JSON"),
        (r'{"inputs": ["\x4"], "outputs": []}', "its input_output cannot be read as JSON"),
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
        (PROBLEM, {"solutions": {"a": 1}}, "there is no list in its solutions"),
        (PROBLEM, {"question": "Add."}, "the statement is too short"),
        (LIVE, {"private_test_cases": "eJxrYJmawwABHVMA"}, "its private tests are packed in no known way"),
        (
            LIVE,
            {"public_test_cases": [CASES[0] | {"testtype": "functional"}]},
            "its tests do not name the one function that they call",
        ),
        (LIVE, {"public_test_cases": "[3]"}, "there is no list of tests in its public_test_cases"),
        (CONTEST, {"input_file": "input.txt"}, "its programs read or write files"),
    ],
)
def test_what_is_of_no_use_is_counted(
    tmp_path: Path, problem: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    source, items = read(tmp_path, problem, **changes)
    assert not items
    assert source.left_out == {reason: 1}


def test_a_record_without_a_statement_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 1: field 'question' is missing"):
        read(tmp_path, question=None)
