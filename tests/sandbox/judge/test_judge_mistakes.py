"""Files that `judge` can't use: one sentence each."""

import json

import pytest

from astor.errors import UserError
from astor.sandbox import judge_files


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ("[", "are not JSON"),
        ("[" * 100_000, "are not JSON"),
        (b"\xff", "is not UTF-8"),
        ("{}", "are a dict"),
        ("[]", "hold no test"),
        ("[1]", "Test 1 of"),
        ('[{"args": [1], "expected": {1}}]', "are not JSON"),
        ("[" + "1" * 5000 + "]", "Test 1 of"),
        ('[{"args": [1], "expected": 1}, {"args": [1]}]', "Test 2 of"),
        ('[{"args": 1, "expected": 1}]', "Test 1 of"),
        (json.dumps([{"args": [json.loads("[" * 200 + "]" * 200)], "expected": 1}]), "plain data"),
    ],
)
def test_tests_that_are_none_are_a_user_error(judge, tests, message):
    with pytest.raises(UserError, match=message):
        judge("def solve(x): return 1", tests)


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ("no JSON", "are not JSON"),
        ("[" * 100_000, "are not JSON"),
        (b"\xff", "is not UTF-8"),
        ("[]", "hold no test"),
        ([{"stdin": "1"}], "Test 1 of"),
        ([{"stdin": "1", "expected": "1"}, {"stdin": "1", "expected": 1}], "Test 2 of"),
        ([{"stdin": ["1"], "expected": "1"}], "Test 1 of"),
        ([{"stdin": "1", "expected": ["1", 2]}], "Test 1 of"),
        ([{"stdin": "1", "expected": []}], "Test 1 of"),
        ([{"args": [1], "expected": "1"}], "Test 1 of"),
        ('[{"stdin": "\\ud800", "expected": "1"}]', "UTF-8"),
    ],
)
def test_streams_that_are_none_are_a_user_error(judge, tests, message):
    with pytest.raises(UserError, match=message):
        judge("print(1)", tests, "stdin")


@pytest.mark.parametrize(
    "entry", ["a.b.c", "a.", ".b", "a.class", "A().b", "", "solve()", "1", "class", "solve\0", "so lve"]
)
def test_an_entry_that_is_no_name_is_a_user_error(judge, entry):
    with pytest.raises(UserError, match="not the name of a function"):
        judge("def solve(x): return 1", [{"args": [1], "expected": 1}], entry=entry)


def test_other_mistakes_are_user_errors(judge, tmp_path):
    with pytest.raises(UserError, match="--entry"):
        judge("def solve(x): return 1", [{"args": [1], "expected": 1}], entry=None)
    with pytest.raises(UserError, match="--stdin"):
        judge("def solve(x): return 1", [{"args": [1], "expected": 1}], checker=tmp_path / "checker.py")
    with pytest.raises(UserError, match="defines no check"):
        judge("def solve(x): return 1", "x = 1", "check")
    for way in ("tests", "stdin", "check"):
        with pytest.raises(UserError, match="can't be read"):
            judge_files(tmp_path / "program.py", way, tmp_path / "nowhere", "solve")
    with pytest.raises(UserError, match="can't be read"):
        judge_files(tmp_path, "tests", tmp_path / "tests", "solve")
