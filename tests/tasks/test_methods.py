"""Items whose function is a method: `Solution.twice`."""

import pytest

from astor.data.mutation import mutate
from astor.records import Outcome, Split
from astor.tasks.code_generation import CodeGeneration, CodeGenerationOptions
from astor.tasks.io_prediction import IOPrediction, IOPredictionOptions
from astor.tasks.multi_turn.code import MultiTurnCode, MultiTurnCodeOptions
from astor.tasks.unit_tests import UnitTests, UnitTestsOptions

SOURCE = "class Solution:\n    def twice(self, x):\n        return 2 * x"


@pytest.fixture
def item(make_item):
    calls = [((number,), 2 * number) for number in range(8)]
    return make_item(SOURCE, calls, entry="Solution.twice", description="double x", mutants=mutate(SOURCE))


def test_code_generation_asks_for_a_class_with_the_method(item, first, judge) -> None:
    task = CodeGeneration(CodeGenerationOptions(style="instruct", shown_tests=1))
    example = first(task, item)
    text = example.prompt.messages[0].content
    assert text.startswith("Write a Python class `Solution` with a method `twice` for this task: double x")
    assert "assert Solution().twice(0) == 0" in text
    right, wrong, function = judge(task, example, SOURCE, SOURCE.replace("2", "3"), "def twice(x):\n    return 2 * x")
    assert (right.outcome, wrong.outcome, function.outcome) == (Outcome.PASSED, Outcome.FAILED, Outcome.MALFORMED)


def test_so_does_the_task_over_turns(item, first, judge) -> None:
    task = MultiTurnCode(MultiTurnCodeOptions(style="instruct"))
    example = first(task, item)
    assert "Write a Python class `Solution` with a method `twice`. double x" in example.prompt.messages[-1].content
    (right,) = judge(task, example, f"```python\n{SOURCE}\n```")
    assert right.outcome is Outcome.PASSED


def test_io_prediction_asks_what_a_call_of_an_instance_returns(item, first, judge) -> None:
    task = IOPrediction(IOPredictionOptions())
    output, given = first(task, item, "output"), first(task, item, "input")
    assert "\nSolution().twice(" in output.prompt.messages[0].content
    assert "\nSolution().twice(?) == " in given.prompt.messages[0].content
    for example in (output, given):
        (verdict,) = judge(task, example, example.answer)
        assert verdict.outcome is Outcome.PASSED


def test_unit_tests_are_asked_for_functions_alone(item) -> None:
    assert list(UnitTests(UnitTestsOptions()).examples(item, Split.TRAIN)) == []
