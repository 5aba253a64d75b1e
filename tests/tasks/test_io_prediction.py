import pytest

from astor.evaluation.score import score_verdicts
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


def test_the_promotion_split_alone_asks_a_second_call_apart(make_item) -> None:
    item = make_item(SOURCE, CALLS)
    examples = list(TASK.examples(item, Split.PROMOTION))
    asked = [(each.reference.kind, TASK.read_reference(each.reference).call) for each in examples]
    assert [each.reference.apart for each in examples] == [each.prompt.apart for each in examples]
    assert [each.prompt.apart for each in examples] == [False, False, True, True]
    assert len({each.prompt.id for each in examples}) == 4
    (first_output, first_input), (second, again) = asked[:2], asked[2:]
    assert [second[0], again[0]] == ["output", "input"]
    assert second[1] == again[1]
    assert second[1] not in (first_output[1], first_input[1])
    for split in (Split.TRAIN, Split.HELD_OUT, Split.WARM_START):
        assert not any(each.prompt.apart for each in TASK.examples(item, split))


def test_of_two_calls_each_end_is_asked_of_the_one_whose_other_end_is_scored(make_item) -> None:
    examples = TASK.examples(make_item(SOURCE, CALLS[:2]), Split.PROMOTION)
    output, wanted, second_output, second_input = (TASK.read_reference(each.reference).call for each in examples)
    assert (second_output, second_input) == (wanted, output)
    lone = list(TASK.examples(make_item(SOURCE, CALLS[:1]), Split.PROMOTION))
    assert len({TASK.read_reference(each.reference).call.arguments for each in lone}) == 1


def test_what_is_asked_apart_is_the_promotion_metric_and_nothing_else(make_item, judge) -> None:
    item = make_item(SOURCE, CALLS)
    scored, apart = (list(TASK.examples(item, Split.PROMOTION))[place] for place in (0, 2))
    wrong = judge(TASK, scored, "99", extended=True)
    right, unread = judge(TASK, apart, TASK.read_reference(apart.reference).call.returns, "three", extended=True)
    assert (right.apart, right.parts, unread.parts) == (True, {"second_call": 1}, {"second_call": 0})
    assert wrong[0].parts == {"exact_match": 0}
    scores, items = score_verdicts([*wrong, right, unread], "digest", "promotion", 0)
    assert scores.value("io_prediction") == 0
    assert scores.value("io_prediction", "second_call") == 0.5
    assert scores.outcomes == {"io_prediction": {"failed": 1}}
    assert [one.prompt_id for one in items if one.metric == "score"] == [scored.prompt.id]
    assert [one.prompt_id for one in items if one.metric == "second_call"] == [apart.prompt.id]


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
