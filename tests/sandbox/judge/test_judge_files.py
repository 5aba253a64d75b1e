"""`astor sandbox judge`: programs and tests from files."""

import math

import pytest

from astor.errors import UserError


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
    assert found["reason"] == "it took more than 0.4 CPU seconds"


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


def test_ints_have_any_number_of_digits(judge):
    long = "7" * 5000
    tests = f'[{{"args": [1], "expected": {long}}}, {{"args": [-1], "expected": {{"{long}": -{long}}}}}]'
    program = "def solve(x):\n    long = int('7' * 5000)\n    return long if x > 0 else {long: -long}"
    assert judge(program, tests)["outcome"] == "passed"
    assert judge(program.replace("5000", "5001"), tests)["passed"] == 0
    streams = [{"stdin": "", "expected": long}]
    assert judge("print(int('7' * 5000))", streams, "stdin")["outcome"] == "passed"


@pytest.mark.parametrize("result", ["{1}", "b'a'", "object()", "1j", "[{1}]", "lambda: 1"])
def test_what_json_cannot_hold_equals_nothing(judge, result):
    tests = [{"args": [], "expected": value} for value in (1, "a", [1], [[1]], None)]
    assert judge(f"def solve(): return {result}", tests)["passed"] == 0


def test_a_check_is_one_test(judge):
    check = "def check(candidate):\n    assert candidate(2) == 4"
    assert judge("def solve(x): return x * x", check, "check")["outcome"] == "passed"
    found = judge("def solve(x): return x", check, "check")
    assert (found["outcome"], found["passed"], found["total"]) == ("failed", 0, 1)


@pytest.mark.parametrize("entry", ["Solution.solve", "solve"])
def test_a_method_is_judged_on_its_calls(judge, entry):
    program = "class Solution:\n    def solve(self, x):\n        return x * x"
    found = judge(program, [{"args": [2], "expected": 4}, {"args": [3], "expected": 6}], entry=entry)
    assert (found["outcome"], found["passed"], found["total"]) == ("failed", 1, 2)


UNITTEST = """
import unittest
class Square(unittest.TestCase):
    def test_two(self): self.assertEqual(solve(2), 4)
    def test_zero(self): self.assertEqual(solve(0), 0)
    @unittest.skip("later")
    def test_large(self): self.assertEqual(solve(9), 81)
"""

PYTEST = """
import pytest
@pytest.mark.parametrize("x", [1, 2])
def test_numbers(x): assert solve(x) == x * x
def test_zero(): assert solve(0) == 0
"""


@pytest.mark.parametrize(("way", "tests"), [("unittest", UNITTEST), ("pytest", PYTEST)])
def test_each_test_function_is_a_test(judge, way, tests):
    for program, outcome, passed in (
        ("def solve(x): return x * x", "passed", 2),
        ("def solve(x): return x", "failed", 1),
        ("def solve(x):\n    while not x: pass\n    return x * x", "timeout", 1),
        ("import os\ndef solve(x): os._exit(0)", "failed", 0),
        ("def solve(x) return 1", "malformed", 0),
    ):
        found = judge(program, tests, way)
        assert (found["outcome"], found["passed"]) == (outcome, passed), program
        assert (found["passed"] == found["total"]) == (outcome == "passed")


def test_tests_that_want_what_is_not_offered_are_left_out_and_told(judge):
    tests = f"{PYTEST}def test_file(tmp_path): assert solve(1) == 1\ndef test_log(caplog): assert solve(1) == 1"
    found = judge("def solve(x): return x * x", tests, "pytest")
    assert (found["outcome"], found["passed"], found["total"]) == ("passed", 2, 2)
    assert found["left_out"] == {
        f"it wants a fixture '{name}', which is not offered": 1 for name in ("tmp_path", "caplog")
    }


@pytest.mark.parametrize("way", ["unittest", "pytest"])
def test_files_without_tests_are_a_user_error(judge, way):
    for tests in ("", "x = 1", "def helper(): pass", "def test_it(:", "1 / 0"):
        with pytest.raises(UserError, match="can't be used"):
            judge("def solve(x): return x", tests, way)


def test_outputs_of_a_whole_program_are_counted(judge):
    tests = [{"stdin": f"{x}\n", "expected": f"{x * x}\n"} for x in range(4)]
    program = "x = int(input())\nprint(x * x if x != 2 else 0)"
    found = judge(program, tests, "stdin", entry=None)
    assert 0 < found.pop("cpu_seconds") < 2
    assert found == {"outcome": "failed", "passed": 3, "total": 4}
    assert judge(program, tests[:2], "stdin", entry=None)["outcome"] == "passed"


def test_every_output_counts_whatever_became_of_the_others(judge):
    tests = [{"stdin": str(x), "expected": str(x)} for x in range(4)]
    found = judge("x = int(input())\nwhile x == 1: pass\nprint(x)\nassert x != 2", tests, "stdin")
    assert (found["outcome"], found["passed"], found["total"]) == ("timeout", 2, 4)


@pytest.mark.parametrize(
    ("written", "expected", "passing"),
    [
        ("'1.0'", "1.0\n", ["exact", "whitespace", "float"]),
        ("'1.0 '", "1.0", ["whitespace", "float"]),
        ("'1.0000001'", "1.0", ["float"]),
        ("'1.1'", "1.0", []),
    ],
)
def test_outputs_are_compared_as_asked(judge, written, expected, passing):
    tests = [{"stdin": "", "expected": expected}]
    program = f"print({written})"
    hows = ("exact", "whitespace", "float")
    assert [how for how in hows if judge(program, tests, "stdin", compare=how)["passed"]] == passing


def test_any_of_several_outputs_is_right(judge):
    tests = [{"stdin": "", "expected": ["1", "2"]}, {"stdin": "", "expected": "2"}]
    assert judge("print(2)", tests, "stdin")["outcome"] == "passed"
    assert judge("print(1)", tests, "stdin")["passed"] == 1


def test_a_checker_decides_on_outputs(judge, tmp_path):
    checker = tmp_path / "checker.py"
    checker.write_text("import sys\nprint(1 if open(sys.argv[3]).read() != open(sys.argv[2]).read() else 0)")
    tests = [{"stdin": "", "expected": text} for text in ("1\n", "2\n")]
    found = judge("print(1)", tests, "stdin", checker=checker)
    assert (found["outcome"], found["passed"], found["total"]) == ("failed", 1, 2)
    checker.write_text("import sys\nprint(1)\n1 / 0")
    found = judge("print(1)", tests, "stdin", checker=checker)
    assert (found["outcome"], found["passed"]) == ("failed", 0)
    assert found["reason"] == "its checker did not come to its end: it raised ZeroDivisionError"


HOSTILE = [
    "import os\nos._exit(0)",
    "import sys\nsys.exit(0)",
    "raise SystemExit",
    "import os\nos.write(3, b'\\x06\\0\\0\\0' + b's\\x01\\0\\0\\0' + b'1')",
    "import sys\nprint(sys.stdin.read())",
    "print('1' * 2_000_000)",
]


@pytest.mark.parametrize("program", HOSTILE)
def test_an_end_is_no_output(judge, program):
    assert judge(program, [{"stdin": "2", "expected": "1"}], "stdin")["passed"] == 0


@pytest.mark.parametrize(
    "program",
    [
        b"\xef\xbb\xbfdef solve(x): return '\xc3\xa9'",
        b"# -*- coding: utf-8 -*-\ndef solve(x): return '\xc3\xa9'",
        b"# -*- coding: latin-1 -*-\ndef solve(x): return '\xe9'",
        b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\ndef solve(x): return '\xe9'",
    ],
)
def test_a_program_is_read_as_python_reads_it(judge, program):
    assert judge(program, [{"args": [1], "expected": "\xe9"}])["outcome"] == "passed"


@pytest.mark.parametrize(
    "program",
    [
        b"\xff\xfe\x00",
        b"# coding: latin-1\n\0",
        b"# coding: no-such\ndef solve(x): return 1",
        b"\xef\xbb\xbf# coding: latin-1\ndef solve(x): return 1",
        "def solve(x): return 1\0",
        "# " + "x" * (1 << 20),
        "x = 1\n" * 1_700_000,
        "def solve(x) return 1",
        "def other(x): return 1",
        "",
    ],
)
def test_what_is_no_program_is_malformed(judge, program):
    found = judge(program, [{"args": [1], "expected": 1}] * 2)
    assert (found["outcome"], found["passed"], found["total"]) == ("malformed", 0, 2)
    found = judge(program, "def check(candidate): assert candidate(1) == 1", "check")
    assert (found["outcome"], found["passed"], found["total"]) == ("malformed", 0, 1)
    if program and "other" not in str(program):
        found = judge(program, [{"stdin": "", "expected": ""}] * 2, "stdin")
        assert (found["outcome"], found["passed"], found["total"]) == ("malformed", 0, 2)
