"""Generated tests: judged by a reference and its mutants, and not believed."""

import pytest
from grading import BOUNDARY, EQUIVALENT, GOOD, GRADE, SILENT, found, judged

from astor.sandbox import Ending, GeneratedTestsJob


def test_a_claim_says_what_tests_are_worth(sandbox):
    assert found(sandbox, GOOD + "assert grade(50) == 'fail'") == {
        "passed": True,
        "calls": 3,
        "distinct_calls": 2,
        "left_out": {},
        "line": 0.8,
        "branch": 0.75,
        "killed": 2,
        "mutants": 4,
    }


@pytest.mark.parametrize(
    "tests",
    [
        "assert grade(-1 + 1) == 'fail'\ntry:\n    grade(-1)\nexcept ValueError:\n    pass\nelse:\n    assert False",
        "import pytest\ndef test_negative():\n    with pytest.raises(ValueError):\n        grade(-1)",
        "from solution import grade as f\nimport pytest\n"
        "class TestGrade:\n    def test_negative(self):\n        with pytest.raises(ValueError):\n            f(-1)",
        "import unittest\nclass Grade(unittest.TestCase):\n"
        "    def test_negative(self):\n        self.assertRaises(ValueError, grade, points=-1, strict=True)",
        "import pytest\n@pytest.mark.parametrize('points', [-1, -2])\n"
        "def test_negative(points):\n    with pytest.raises(ValueError):\n        grade(points)",
    ],
)
def test_tests_of_any_style_are_run(sandbox, tests):
    claim = found(sandbox, tests, mutants=(SILENT,))
    assert claim["passed"]
    assert claim["killed"] == 1


def test_a_call_that_only_a_mutant_does_not_answer_kills_it(sandbox):
    endless = GRADE.replace('return "pass"', "while True: pass")
    dying = "import os" + GRADE.replace('return "pass"', "os._exit(0)")
    assert found(sandbox, GOOD, mutants=(endless, dying))["killed"] == 2


def test_calls_of_one_argument_are_told_apart_by_their_order(sandbox):
    counter = "seen = []\ndef grade(x):\n    seen.append(x)\n    return len(seen)"
    never = "def grade(x):\n    return 1"
    tests = "assert grade(5) == 1\nassert grade(5) == 2"
    assert found(sandbox, tests, reference=counter, mutants=(counter, never))["killed"] == 1
    assert found(sandbox, "assert grade(5) == 1", reference=counter, mutants=(never,))["killed"] == 0


@pytest.mark.parametrize(
    ("tests", "outcome", "detail"),
    [
        ("assert grade(51) == 'fail'", Ending.FAILED, "the tests raised AssertionError"),
        ("def test_it():\n    assert grade(51) == 'fail'", Ending.FAILED, "1 of 1 tests failed"),
        ("assert True", Ending.FAILED, "the tests don't call the function"),
        ("", Ending.FAILED, "the tests don't call the function"),
        ("def helper(): grade(1)", Ending.FAILED, "the tests don't call the function"),
        ("assert grade(51", Ending.MALFORMED, "SyntaxError"),
        ("x = '\0'", Ending.MALFORMED, ""),
        ("import nowhere", Ending.FAILED, "the tests import 'nowhere', which is no module"),
        ("grade(51)\nwhile True: pass", Ending.TIMEOUT, ""),
        ("grade(51)\nbytearray(1 << 40)", Ending.OUT_OF_MEMORY, ""),
        ("grade(51)\nraise SystemExit(0)", Ending.FAILED, "SystemExit"),
        ("grade(object())", Ending.FAILED, ""),
        ("grade(lambda: 1)", Ending.FAILED, ""),
        ("grade(b'x' * 2_000_000)", Ending.FAILED, "too large"),
    ],
)
def test_tests_that_do_not_pass_on_the_reference_are_worth_nothing(sandbox, tests, outcome, detail):
    result = judged(sandbox, tests)
    assert result.ending is outcome
    assert detail in result.detail
    claim = result.claims[0].value
    assert not claim["passed"]
    assert (claim["line"], claim["branch"], claim["killed"], claim["mutants"]) == (0.0, 0.0, 0, 4)


CALLS = "answers = [grade(points) for points in (49, 50, 51)]\n"
CHANNEL = CALLS + "import os, struct\ndef say(data):\n    os.write(3, struct.pack('<I', len(data)) + data)\n"
END = "b'(\\x01\\0\\0\\0s\\x03\\0\\0\\0end'"
FAILED = "b'(\\x02\\0\\0\\0s\\x06\\0\\0\\0faileds\\x01\\0\\0\\0a'"

GUESS = """
import random, os
answers = [grade(points) for points in range(40, 60)]
assert os.urandom(1)[0] >= 64
"""

SPY = """
import ctypes, gc, inspect, os, sys
texts = []
def look(call):
    try:
        texts.append(repr(call()))
    except Exception:
        pass
grade(50), grade(51)
look(lambda: inspect.getsource(grade))
for name in ("__code__", "__globals__", "__dict__", "__closure__", "__defaults__", "__module__", "__self__", "func"):
    look(lambda: getattr(grade, name))
for operation in ("getattr", "dir", "call", "str", "repr", "copy", "iter", "getitem"):
    look(lambda: grade._program.ask(operation, grade, "__code__"))
    look(lambda: grade._program.ask(operation, grade._program.module, "grade"))
look(lambda: [o for o in gc.get_objects() if type(o) is str and "def grade" in o and "look" not in o])
look(lambda: open("/proc/%d/mem" % (os.getpid() - 1), "rb").read(1))
look(lambda: os.listdir("/proc"))
look(lambda: os.read(3, 1000) if not os.set_blocking(3, False) else 0)
look(lambda: [frame.f_locals for frame in sys._current_frames().values()])
import solution
look(lambda: vars(solution))
assert not any("points" in text and "look" not in text for text in texts), texts
"""

LIES = {
    "leaves at once": "import os\nos._exit(0)",
    "calls and leaves": CALLS + "import os\nos._exit(0)",
    "says that it passed": CHANNEL + f"say({END})\nos._exit(0)",
    "says that it failed": CHANNEL + f"say({FAILED})\nos._exit(0)",
    "claims calls": CHANNEL + "say(b'N')",
    "floods its channel": CHANNEL + "while True: say(b'x' * 4096)",
    "never calls": "assert True\ndef test_it(): pass",
    "never asserts": CALLS,
    "swallows everything": CALLS + "try:\n    assert answers == []\nexcept AssertionError:\n    pass",
    "calls by the link": "import os, struct\nos.write(4, struct.pack('<I', 1) + b'N')\nassert grade(50) == 'fail'",
    "breaks the link": CALLS + "import os\nos.write(4, b'\\xff' * 64)",
    "skips": CALLS + "import unittest\nclass T(unittest.TestCase):\n    def test_it(self): self.skipTest('no')",
    "replaces the entry": "grade = lambda points: 'fail'\nassert grade(50) == 'fail'",
    "replaces the runner": CALLS + "import unittest\nunittest.TestSuite.run = lambda *_: None",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_kills_nothing(sandbox, lie):
    claim = found(sandbox, LIES[lie])
    assert claim["killed"] == 0, claim


@pytest.mark.parametrize("lie", ["leaves at once", "says that it failed", "claims calls", "never calls"])
def test_these_lies_do_not_even_pass(sandbox, lie):
    assert found(sandbox, LIES[lie])["passed"] is False


def test_to_forge_an_end_is_to_pass_everywhere(sandbox):
    assert found(sandbox, LIES["says that it passed"])["killed"] == 0
    by_answers = CHANNEL + f"say({END} if answers[1] == 'fail' else {FAILED})\nos._exit(0)"
    claim = found(sandbox, by_answers)
    assert (
        claim["killed"]
        <= found(sandbox, "assert [grade(x) for x in (49, 50, 51)] == ['fail', 'fail', 'pass']")["killed"]
    )


def test_tests_that_fail_by_chance_gain_next_to_nothing(sandbox):
    """At p = 1/4 they would pass twice on the reference in 9 of 16 cases, and then kill a quarter of these mutants."""
    mutants = tuple(GRADE.replace("> 50", f"> {limit}") for limit in range(40, 46))
    results = sandbox.run([GeneratedTestsJob(GUESS, "grade", GRADE, mutants)] * 12)
    killed = sum(result.claims[0].value["killed"] for result in results)
    assert killed <= 12
    seeded = "import random\nanswers = [grade(x) for x in range(40, 60)]\nassert random.random() < 0.5"
    assert found(sandbox, seeded)["killed"] in (0, 3)


def test_tests_that_fail_by_the_clock_kill_no_equivalent(sandbox):
    tests = CALLS + "import time\nassert time.monotonic_ns() // 1000 % 2"
    assert all(found(sandbox, tests, mutants=(GRADE, EQUIVALENT))["killed"] == 0 for _ in range(5))


def test_a_mutant_that_answers_alike_is_not_killed_by_a_test_that_finds_its_source(sandbox):
    claim = found(sandbox, SPY)
    assert claim["passed"], claim
    assert claim["killed"] == 0


@pytest.mark.parametrize(
    ("reference", "mutants", "name"),
    [
        ("def grade(", (), "the reference"),
        ("def other(): pass", (), "the reference"),
        ("1 / 0", (), "the reference"),
        (GRADE, (BOUNDARY, "def grade(points) return 1"), "mutant 2"),
    ],
)
def test_what_we_are_to_blame_for_is_no_verdict(sandbox, reference, mutants, name):
    result = judged(sandbox, GOOD, reference, mutants)
    assert (result.ending, result.claims) == (Ending.INFRASTRUCTURE_ERROR, ())
    assert result.detail.startswith(f"{name} can't be used")


def test_an_answer_that_is_no_plain_data_is_a_type_error(sandbox):
    reference = "def grade(x):\n    return object()"
    tests = "try:\n    grade(1)\nexcept TypeError:\n    pass\nelse:\n    assert False"
    assert found(sandbox, tests, reference=reference, mutants=("def grade(x):\n    return 1",))["killed"] == 1


def test_a_reference_that_answers_by_chance_kills_nothing(sandbox):
    reference = "import os\ndef grade(x):\n    return os.urandom(8)"
    assert found(sandbox, "assert len(grade(1)) == 8", reference=reference, mutants=(reference,))["killed"] == 0
