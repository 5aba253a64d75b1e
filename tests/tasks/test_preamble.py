"""What stands above a function in its prompt is shown, and there when an answer runs."""

import pytest

from astor.data.turns import fenced
from astor.records import Outcome, Split
from astor.tasks.code_generation import CodeGeneration, CodeGenerationOptions
from astor.tasks.io_prediction import IOPrediction, IOPredictionOptions
from astor.tasks.multi_turn.code import MultiTurnCode, MultiTurnCodeOptions
from astor.tasks.unit_tests import UnitTests, UnitTestsOptions

HELPER = "from math import floor\n\n\ndef half(x):\n    return floor(x / 2)"
SOURCE = f"{HELPER}\n\n\ndef f(x):\n    return half(x) + 1"
CALLS = [((number,), number // 2 + 1) for number in range(12)]
ANSWER = "from __future__ import annotations\n\ndef f(x: Any):\n    return half(x) + 1"
TASKS = {
    "code_generation": lambda style: CodeGeneration(CodeGenerationOptions(style=style)),
    "multi_turn_code": lambda style: MultiTurnCode(MultiTurnCodeOptions(style=style, public_tests=2)),
}


@pytest.fixture
def item(make_item):
    return make_item(SOURCE, CALLS, description="One more than `half` gives.", preamble=HELPER)


@pytest.mark.parametrize("style", ["terse", "instruct"])
@pytest.mark.parametrize("name", TASKS)
def test_it_is_shown_and_answers_may_use_it(item, first, judge, name: str, style: str) -> None:
    task = TASKS[name](style)
    example = first(task, item)
    assert HELPER in example.prompt.messages[-1].content
    right, own, without = judge(task, example, fenced(ANSWER), fenced(SOURCE), fenced("def f(x):\n    return twice(x)"))
    assert [verdict.outcome for verdict in (right, own, without)] == [Outcome.PASSED, Outcome.PASSED, Outcome.FAILED]


def test_it_is_no_answer_by_itself(item, first, judge) -> None:
    task = TASKS["code_generation"]("instruct")
    (verdict,) = judge(task, first(task, item), fenced("x = 1"))
    assert verdict.outcome is Outcome.MALFORMED


def test_tests_in_the_style_of_pytest_judge_answers(make_item, first, judge) -> None:
    parametrized = "@pytest.mark.parametrize('x', [4, 5])\ndef test(x):\n    assert f(x) == 3\n"
    check = f"import pytest\nfrom solution import f\n\n{parametrized}"
    item = make_item(SOURCE, [], description="d", check=check, check_style="pytest", preamble=HELPER)
    task = TASKS["code_generation"]("instruct")
    right, wrong = judge(task, first(task, item), fenced(ANSWER), fenced("def f(x):\n    return half(x)"))
    assert (right.score, wrong.score) == (1, 0)


def test_a_function_without_a_solution_is_asked_for_and_nothing_else(make_item, first) -> None:
    item = make_item("", CALLS, description="Add.")
    for task in (TASKS["code_generation"]("instruct"), TASKS["multi_turn_code"]("instruct")):
        assert first(task, item).answer is None
    for task in (IOPrediction(IOPredictionOptions()), UnitTests(UnitTestsOptions())):
        assert list(task.examples(item, Split.WARM_START)) == []
