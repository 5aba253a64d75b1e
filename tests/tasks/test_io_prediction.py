import pytest

from astor.records import Outcome, Split
from astor.tasks.io_prediction import IOPrediction, IOPredictionOptions

SOURCE = "def f(x):\n    return max(x, 3)"
CALLS = [((1,), 3), ((2,), 3), ((5,), 5)]
TASK = IOPrediction(IOPredictionOptions())


@pytest.fixture
def output(make_item, first):
    return first(TASK, make_item(SOURCE, CALLS), "output")


@pytest.fixture
def wanted(make_item, first):
    """An input prompt: f(?) == 3."""
    return first(TASK, make_item(SOURCE, [((1,), 3), ((2,), 3)]), "input")


def test_terse_prompts_are_the_source_and_a_question(make_item) -> None:
    output, wanted = TASK.examples(make_item(SOURCE, CALLS), Split.TRAIN)
    call = TASK.read_reference(output.reference).call
    assert output.prompt.messages[0].content == f"{SOURCE}\nf({call.arguments[1:-2]}) == ?"
    assert output.answer == call.returns
    call = TASK.read_reference(wanted.reference).call
    assert wanted.prompt.messages[0].content == f"{SOURCE}\nf(?) == {call.returns}"
    assert wanted.answer == call.arguments[1:-2]
    assert wanted.prompt.id != output.prompt.id


def test_instructions_hold_the_same_question(make_item) -> None:
    task = IOPrediction(IOPredictionOptions(style="instruct"))
    for example in task.examples(make_item(SOURCE, CALLS), Split.TRAIN):
        text = example.prompt.messages[0].content
        assert SOURCE in text
        assert "?" in text
        assert text == text.strip()


def test_demonstrations_are_right(make_item, judge) -> None:
    for example in TASK.examples(make_item(SOURCE, CALLS), Split.WARM_START):
        (verdict,) = judge(TASK, example, example.answer)
        assert (verdict.outcome, TASK.reward(verdict)) == (Outcome.PASSED, 1.0)


def test_outputs_are_compared_as_data(output, judge) -> None:
    expected = int(TASK.read_reference(output.reference).call.returns)
    right, spaced, wrong, text = judge(
        TASK, output, f"{expected}", f" {expected}\n", f"{expected + 1}", f"'{expected}'"
    )
    assert (right.score, spaced.score, wrong.score, text.score) == (1, 1, 0, 0)
    assert wrong.outcome is Outcome.FAILED


@pytest.mark.parametrize("text", ["max(1, 3)", "__import__('os')", "3 # or 5\n4", "three", "", "[" * 5000])
def test_only_literals_are_read(output, judge, text: str) -> None:
    (verdict,) = judge(TASK, output, text)
    assert verdict.outcome is Outcome.MALFORMED
    assert (verdict.score, verdict.format, TASK.reward(verdict)) == (0, 0, 0)


def test_any_input_that_gives_the_value_is_right(wanted, judge) -> None:
    verdicts = judge(TASK, wanted, "1", "2", "-7", "(3,)", "4")
    assert [verdict.score for verdict in verdicts] == [1, 1, 1, 1, 0]


def test_inputs_are_of_the_recorded_type(wanted, judge) -> None:
    for verdict in judge(TASK, wanted, "1.0", "True", "'1'", "(1, 2)", "[1]"):
        assert (verdict.outcome, verdict.score, verdict.format) == (Outcome.FAILED, 0, 0)


def test_several_arguments_are_one_tuple(make_item, first, judge) -> None:
    item = make_item("def f(x, a):\n    return [x] + a", [((1, [2]), [1, 2])])
    wanted = first(TASK, item, "input")
    assert wanted.answer == "(1, [2])"
    verdicts = judge(TASK, wanted, "(1, [2])", "(1, [3])", "1, [2]", "[1, [2]]", "(1,)")
    assert [verdict.score for verdict in verdicts] == [1, 0, 1, 0, 0]


def test_an_input_that_hangs_the_function_harms_no_other_answer(make_item, first, judge) -> None:
    item = make_item("def f(x):\n    while x > 100:\n        pass\n    return x", [((1,), 1)])
    verdicts = judge(TASK, first(TASK, item, "input"), "1", "1000000", "2", "1")
    assert [verdict.outcome for verdict in verdicts] == [
        Outcome.PASSED,
        Outcome.TIMEOUT,
        Outcome.FAILED,
        Outcome.PASSED,
    ]
    assert verdicts[1].score == 0


def test_guessing_pays_little(output, judge) -> None:
    (verdict,) = judge(TASK, output, "0")
    assert TASK.reward(verdict) == pytest.approx(0.1)


def test_exact_match_wants_the_canonical_literal_and_nothing_else(make_item, first, judge) -> None:
    item = make_item("def f(a):\n    return a[::-1]", [(([1, 2],), [2, 1])])
    output = first(TASK, item, "output")
    verdicts = judge(TASK, output, "[2, 1]", "[2,1]", "[2, 1]\n", "[1, 2]", extended=True)
    assert [verdict.parts["exact_match"] for verdict in verdicts] == [1, 0, 0, 0]
    assert [verdict.score for verdict in verdicts] == [1, 1, 1, 0]
    (verdict,) = judge(TASK, first(TASK, item, "input"), "[1, 2]", extended=True)
    assert verdict.parts == {"exact_match": 1}


def test_long_literals_are_not_asked_for(make_item) -> None:
    item = make_item("def f(a):\n    return a", [((list(range(100)),), 0)])
    assert list(TASK.examples(item, Split.TRAIN)) == []


def test_of_several_answers_the_last_block_counts_and_several_without_blocks_are_none(output, judge) -> None:
    right = TASK.read_reference(output.reference).call.returns
    both = f"```\n99\n```\nor rather\n```\n{right}\n```"
    listed, either, long = judge(TASK, output, both, f"99\n{right}", f"{right}{' ' * 10_000}")
    assert listed.score == 1
    assert [either.outcome, long.outcome] == [Outcome.MALFORMED] * 2


def test_numbers_of_any_length_are_answers(make_item, first, judge) -> None:
    long = "7" * 5000
    item = make_item("def f(x):\n    return x % 7", [((7,), 0)])
    verdicts = judge(TASK, first(TASK, item, "input"), long, hex(1 << 30_000), f"{long}1", extended=True)
    assert [verdict.score for verdict in verdicts] == [1, 0, 0]
    assert verdicts[0].parts["exact_match"] == 1
