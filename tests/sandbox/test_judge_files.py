"""`astor sandbox judge`: programs and tests from files."""

import json
import math

import pytest

from astor.errors import UserError
from astor.sandbox import Limits, SandboxOptions, judge_files

OPTIONS = SandboxOptions(workers=1, limits=Limits(cpu_seconds=1, wall_seconds=3))


@pytest.fixture
def judge(tmp_path):
    """Judge a program against tests (a list, or the text of the file) or the source of a check."""

    def run(program, tests=None, check=None, entry="solve"):
        paths = {}
        for name, content in (("program.py", program), ("tests.json", tests), ("check.py", check)):
            paths[name] = tmp_path / name
            if isinstance(content, list):
                content = json.dumps(content)
            if content is not None:
                paths[name].write_bytes(content if isinstance(content, bytes) else content.encode())
        tests_path = paths["tests.json"] if tests is not None else None
        return judge_files(
            paths["program.py"], entry, tests_path, paths["check.py"] if check is not None else None, OPTIONS
        )

    return run


def test_it_counts_what_passed(judge):
    tests = [{"args": [1], "expected": 1}, {"args": [2], "expected": 4}, {"args": [0], "expected": 1}]
    found = judge("def solve(x): return x * x", tests)
    assert 0 < found.pop("cpu_seconds") < 1
    assert found == {"outcome": "failed", "passed": 2, "total": 3}
    assert judge("def solve(x): return x * x", tests[:2])["outcome"] == "passed"
    assert judge("def solve(x): return 1 // x", [{"args": [0], "expected": None}])["outcome"] == "failed"


def test_what_was_answered_before_an_abnormal_end_counts(judge):
    tests = [{"args": [x], "expected": x} for x in range(4)]
    found = judge("def solve(x):\n    while x == 2: pass\n    return x", tests)
    assert (found["outcome"], found["passed"], found["total"]) == ("timeout", 2, 4)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("(1, [2, (3,)])", [1, [2, [3]]]),
        ("{1: 'a', None: 2, True: 3, 1.5: 4}", {"1": 3, "null": 2, "1.5": 4}),
        ("0.1 + 0.2", 0.3),
        ("float('nan')", math.nan),
        ("10 ** 30", 10**30),
        ("None", None),
        ("{'a': {'b': ()}}", {"a": {"b": []}}),
        ("'é\\ud800'", "é\ud800"),
    ],
)
def test_results_compare_in_the_form_of_json(judge, result, expected):
    if result.startswith("{1:"):
        result = "{True: 3, None: 2, 1.5: 4}"
        expected = {"true": 3, "null": 2, "1.5": 4}
    assert judge(f"def solve(): return {result}", [{"args": [], "expected": expected}])["outcome"] == "passed"


@pytest.mark.parametrize("result", ["{1}", "b'a'", "object()", "1j", "[{1}]", "lambda: 1"])
def test_what_json_cannot_hold_equals_nothing(judge, result):
    tests = [{"args": [], "expected": value} for value in (1, "a", [1], [[1]], None)]
    assert judge(f"def solve(): return {result}", tests)["passed"] == 0


def test_a_check_is_one_test(judge):
    check = "def check(candidate):\n    assert candidate(2) == 4"
    assert judge("def solve(x): return x * x", check=check)["outcome"] == "passed"
    found = judge("def solve(x): return x", check=check)
    assert (found["outcome"], found["passed"], found["total"]) == ("failed", 0, 1)


@pytest.mark.parametrize(
    "program",
    [
        b"\xff\xfe\x00",
        "def solve(x): return 1\0",
        "# " + "x" * (1 << 20),
        "def solve(x) return 1",
        "def other(x): return 1",
        "",
    ],
)
def test_what_is_no_program_is_malformed(judge, program):
    assert judge(program, [{"args": [1], "expected": 1}])["outcome"] == "malformed"
    assert judge(program, check="def check(candidate): assert candidate(1) == 1")["passed"] == 0


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ("[", "are not JSON"),
        ("[" * 100_000, "are not JSON"),
        (b"\xff", "is not UTF-8"),
        ("{}", "are a dict"),
        ("[]", "hold no test"),
        ("[1]", "Test 1 of"),
        ('[{"args": [1], "expected": 1}, {"args": [1]}]', "Test 2 of"),
        ('[{"args": 1, "expected": 1}]', "Test 1 of"),
        (json.dumps([{"args": [json.loads("[" * 200 + "]" * 200)], "expected": 1}]), "plain data"),
    ],
)
def test_tests_that_are_none_are_a_user_error(judge, tests, message):
    with pytest.raises(UserError, match=message):
        judge("def solve(x): return 1", tests)


def test_other_mistakes_are_user_errors(judge, tmp_path):
    tests = [{"args": [1], "expected": 1}]
    with pytest.raises(UserError, match="can't be read"):
        judge(None, tests)
    with pytest.raises(UserError, match="not the name of a function"):
        judge("def solve(x): return 1", tests, entry="a.b")
    with pytest.raises(UserError, match="not both"):
        judge("def solve(x): return 1", tests, check="def check(candidate): pass")
    with pytest.raises(UserError, match="not both"):
        judge("def solve(x): return 1")
    with pytest.raises(UserError, match="defines no check"):
        judge("def solve(x): return 1", check="x = 1")
    with pytest.raises(UserError, match="can't be read"):
        judge_files(tmp_path, "solve", tmp_path / "tests.json", None)
