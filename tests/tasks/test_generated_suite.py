"""Free-form test code as an answer, and how it could cheat."""

import pytest

from astor.records import Outcome
from astor.tasks.unit_tests import UnitTests, UnitTestsOptions

SOURCE = "def f(x):\n    return x + 2 if x < 5 else x"
MUTANTS = ("def f(x):\n    return x + 3 if x < 5 else x", "def f(x):\n    return x + 2 if x < 4 else x")
TASK = UnitTests(UnitTestsOptions(free_form=True))
PYTEST = "def test_low():\n    assert f(0) == 2\n\ndef test_edge():\n    assert f(4) == 6 and f(5) == 5"
UNITTEST = (
    "import unittest\nfrom solution import f\n\nclass TestF(unittest.TestCase):\n    def test_low(self):\n"
    "        for x, y in {0: 2, 4: 6}.items():\n            self.assertEqual(f(x), y)"
)


@pytest.fixture
def example(make_item, first):
    return first(TASK, make_item(SOURCE, [((1,), 3)], mutants=MUTANTS))


def test_pytest_unittest_and_loops_are_judged_like_asserts(example, judge) -> None:
    asserts = "assert f(4) == 6\nassert f(0) == 2"
    loop = "for x, y in [(0, 2), (4, 6)]:\n    assert f(x) == y"
    for verdict in judge(TASK, example, PYTEST, UNITTEST, loop, f"```python\n{asserts}\n```"):
        assert (verdict.outcome, verdict.score, verdict.format) == (Outcome.PASSED, 1, 1)
        assert verdict.parts == {"correct": 1, "killed": 1}


def test_weak_tests_are_paid_for_the_mutants_that_they_kill(example, judge) -> None:
    (verdict,) = judge(TASK, example, "def test():\n    assert f(0) == 2\n    assert f(9) == 9", extended=True)
    assert (verdict.outcome, verdict.score) == (Outcome.FAILED, pytest.approx(0.2 + 0.8 / 2))
    assert verdict.parts["line_coverage"] == verdict.parts["compiles"] == 1


def test_wrong_tests_earn_nothing_but_their_form(example, judge) -> None:
    (verdict,) = judge(TASK, example, "def test():\n    assert f(0) == 2\n    assert f(4) == 5", extended=True)
    assert (verdict.outcome, verdict.score, verdict.format) == (Outcome.FAILED, 0, 1)
    assert verdict.parts == {"correct": 0, "killed": 0, "line_coverage": 0, "branch_coverage": 0, "compiles": 1}


@pytest.mark.parametrize(
    "text",
    ["def test():\n    pass", "x = 1", "for x in range(9):\n    f(x)", "def test():\n    assert f(1) == f(1) != f(2)"],
    ids=["empty", "no test", "asserts nothing", "tautology"],
)
def test_idle_tests_earn_nothing(example, judge, text: str) -> None:
    (verdict,) = judge(TASK, example, text)
    assert verdict.score == 0


@pytest.mark.parametrize(
    "text",
    [
        "def g(n):\n    return n + 2 if n < 5 else n\nfor x in range(9):\n    assert f(x) == g(x)",
        "for x in range(9):\n    assert f(x) == (x + 2 if x < 5 else x)",
    ],
    ids=["as a function", "in place"],
)
def test_computing_the_function_again_earns_nothing(example, judge, text: str) -> None:
    (verdict,) = judge(TASK, example, text)
    assert (verdict.score, verdict.detail) == (0, "The tests compute the function again.")


@pytest.mark.parametrize("name", ["exec", "eval", "compile", "__import__"])
def test_code_in_texts_is_not_read(example, judge, name: str) -> None:
    (verdict,) = judge(TASK, example, f"{name}('g = 1')\ndef test():\n    assert f(1) == 3")
    assert verdict.outcome is Outcome.MALFORMED


@pytest.mark.parametrize(
    "look",
    [
        "import inspect\nsource = inspect.getsource(f)",
        "source = f.__code__.co_consts",
        "source = f.__globals__",
        "import solution\nsource = solution.__loader__.get_source('solution')",
    ],
)
def test_tests_that_read_the_function_fail(example, judge, look: str) -> None:
    (verdict,) = judge(TASK, example, f"{look}\ndef test():\n    assert f(0) == 2\n    assert f(4) == 6")
    assert verdict.score == 0


def test_equal_code_is_run_once(example) -> None:
    from astor.tasks.task import Answer

    read = {"source": PYTEST, "expressions": []}
    reference = TASK.read_reference(example.reference)
    assert len(next(TASK.judge(reference, [Answer("a", read), Answer("b", read)], extended=False))) == 1
