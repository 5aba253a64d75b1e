"""Two-process mode: the check decides, the program answers, and only plain data crosses."""

import pytest

from astor.sandbox import CheckJob, Ending

ADD = "def solve(a, b=1):\n    return a + b"


def judged(sandbox, program, check):
    (result,) = sandbox.run([CheckJob(program, "solve", check)])
    assert result.claims == ()
    return result.ending


@pytest.mark.parametrize(
    "body",
    [
        "assert candidate(1, 2) == 3",
        "assert candidate(1) == 2 and candidate(a=3, b=4) == 7",
        "assert candidate([1], [2]) == [1, 2] and candidate('a', 'b') == 'ab'",
        "assert candidate.__name__ == 'solve'",
        "import unittest\n    unittest.TestCase().assertRaises(TypeError, candidate, 1, 'a')",
        "assert [candidate(x) for x in range(50)] == list(range(1, 51))",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "    assert list(ThreadPoolExecutor(4).map(candidate, range(50))) == list(range(1, 51))",
        "pass",
    ],
)
def test_a_check_that_returns_is_passed(sandbox, body):
    assert judged(sandbox, ADD, f"def check(candidate):\n    {body}") is Ending.FINISHED


@pytest.mark.parametrize(
    "body",
    [
        "assert candidate(1, 2) == 4",
        "candidate('a', 1)",
        "raise SystemExit(0)",
        "raise KeyboardInterrupt",
        "import os; os._exit(0)",
    ],
)
def test_a_check_that_does_not_return_is_failed(sandbox, body):
    assert judged(sandbox, ADD, f"def check(candidate):\n    {body}") is Ending.FAILED


CHECK = """
def check(candidate):
    try:
        result = candidate(1)
    except BaseException as error:
        result = type(error).__name__, error.args
    assert result == {expected!r}, result
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("raise ValueError('secret', 3)", ("ValueError", ("secret", 3))),
        ("raise type('Mine', (KeyError,), {})", ("Mine", ())),
        ("b'\\xff'.decode()", ("UnicodeDecodeError", ("utf-8", b"\xff", 0, 1, "invalid start byte"))),
        ("raise StopIteration", ("RuntimeError", ("the program raised StopIteration",))),
        ("raise AssertionError('no')", ("AssertionError", ("no",))),
        ("raise SystemExit(2)", ("SystemExit", (2,))),
        ("raise ValueError(object())", ("ValueError", ("an object",))),
        ("raise GeneratorExit", ("RuntimeError", ("the program raised GeneratorExit",))),
        ("raise ExceptionGroup('a', [ValueError()])", ("RuntimeError", ("the program raised ExceptionGroup",))),
    ],
)
def test_exceptions_cross_with_their_class_and_arguments(sandbox, body, expected):
    program = f"def solve(a):\n    {body}".replace("object()", "type('O', (), {'__repr__': lambda _: 'an object'})()")
    assert judged(sandbox, program, CHECK.format(expected=expected)) is Ending.FINISHED


EVERYTHING = """
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __call__(self, *_): return self
def solve(*_): return Yes()
"""


@pytest.mark.parametrize(
    "body",
    [
        "assert candidate(1) == 2",
        "assert not (candidate(1) != 2)",
        "assert candidate(1)",
        "assert not candidate(1)",
        "assert candidate(1) in [1, 2]",
        "assert candidate(candidate(1)) == 2",
        "assert candidate(1) == candidate(2)",
        "assert {candidate(1): 1} == {1: 1}",
    ],
)
def test_what_is_no_plain_data_equals_nothing(sandbox, body):
    assert judged(sandbox, EVERYTHING, f"def check(candidate):\n    {body}") is Ending.FAILED


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        ("import os\ndef solve(a): os._exit(0)", Ending.FAILED),
        ("import os\nos._exit(0)", Ending.FAILED),
        ("import sys\nsys.exit(0)", Ending.FAILED),
        ("def solve(a):\n    while True: pass", Ending.TIMEOUT),
        ("import time\ndef solve(a): time.sleep(100)", Ending.TIMEOUT),
        ("def solve(a): return bytearray(1 << 40)", Ending.OUT_OF_MEMORY),
        ("def solve(a): return 'x' * (1 << 22)", Ending.FAILED),
        ("import os\ndef solve(a):\n    while True: os.write(4, b'x' * 4096)", Ending.FAILED),
        ("import os\ndef solve(a):\n    os.write(4, b'\\x01\\0\\0\\0N')\n    return 0", Ending.FAILED),
        ("import os\ndef solve(a):\n    os.write(3, b'\\x01\\0\\0\\0N')\n    return 0", Ending.FORBIDDEN),
        ("import ctypes\ndef solve(a): ctypes.string_at(0)", Ending.FAILED),
        ("def solve(a: return", Ending.MALFORMED),
        ("def other(a): return 3", Ending.MALFORMED),
    ],
)
@pytest.mark.parametrize("swallows", [False, True])
def test_a_program_that_does_not_answer_never_passes(sandbox, program, outcome, swallows):
    check = "def check(candidate):\n    assert candidate(1) == 2"
    if swallows:
        check = "def check(candidate):\n    try:\n        candidate(1)\n    except BaseException:\n        return"
        if outcome is Ending.FORBIDDEN:
            pytest.skip("this program answers; that it also wrote elsewhere doesn't matter to a check that passes")
    assert judged(sandbox, program, check) is outcome


def test_the_program_cannot_reach_the_check(sandbox):
    program = """
import ctypes, gc, os, sys
def solve(a):
    tries = [
        lambda: open(f"/proc/{os.getpid() + 1}/mem"),
        lambda: os.kill(os.getpid() + 1, 9),
        lambda: [o for o in gc.get_objects() if type(o) is dict and "check" in o and "candidate" in o][0],
    ]
    reached = 0
    for attempt in tries:
        try: attempt()
        except (OSError, IndexError): continue
        reached += 1
    return [reached, [name for name in sys.modules if "check" in name]]
"""
    check = "def check(candidate):\n    assert candidate(1) == [0, []], candidate(1)"
    assert judged(sandbox, program, check) is Ending.FINISHED


@pytest.mark.parametrize(
    ("check", "why"),
    [
        ("def check(candidate", "SyntaxError"),
        ("import nowhere", "ModuleNotFoundError"),
        ("def test(candidate): pass", "no check"),
        ("def check(candidate):\n    candidate(object())", "neither data nor a function"),
        (
            "def check(candidate):\n    try:\n        candidate(zip)\n    except TypeError:\n        pass",
            "neither data nor a function",
        ),
    ],
)
def test_a_check_that_cannot_be_used_is_our_fault(sandbox, check, why):
    (result,) = sandbox.run([CheckJob(ADD, "solve", check)])
    assert result.ending is Ending.INFRASTRUCTURE_ERROR
    assert why in result.detail


def test_a_check_has_limits_of_its_own(sandbox):
    assert judged(sandbox, ADD, "def check(candidate):\n    while True: pass") is Ending.TIMEOUT
    assert judged(sandbox, ADD, "def check(candidate):\n    bytearray(1 << 40)") is Ending.OUT_OF_MEMORY
