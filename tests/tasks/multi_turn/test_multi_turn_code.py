"""One more program after a conversation: what it is asked, what it earns, and how it cannot be gamed."""

import pytest
from pydantic import ValidationError

from astor.data.turns import PASSED, correction, fenced
from astor.records import Call, Conversation, Message, Outcome, PublicTest, Split
from astor.tasks.multi_turn.answer_form import AnswerFormOptions
from astor.tasks.multi_turn.code import MultiTurnCode, MultiTurnCodeOptions
from astor.tasks.multi_turn.feedback import FeedbackOptions, PublicRun, give_feedback
from astor.tasks.multi_turn.improvement import ImprovementOptions
from astor.tasks.multi_turn.reference import MultiTurnReference

SOURCE = "def f(x):\n    return x + 2"
CALLS = [((number,), number + 2) for number in range(12)]
TASK = MultiTurnCode(MultiTurnCodeOptions(public_tests=2))
SAID = (Message(role="assistant", content="…"), Message(role="user", content="f(0) == 2 not 1"))


def test_a_question_is_terse_or_cobalts_and_shows_no_test(make_item, first) -> None:
    item = make_item(SOURCE, CALLS, description="add some", argument_type="int")
    terse = first(TASK, item)
    assert [message.content for message in terse.prompt.messages] == ["write f for int: add some"]
    assert (terse.prompt.entry, len(terse.prompt.public_tests), terse.answer) == ("f", 2, fenced(SOURCE))
    instruct = MultiTurnCode(MultiTurnCodeOptions(style="instruct"))
    system, user = first(instruct, item).prompt.messages
    assert "sandbox" in system.content
    assert "`f`. add some" in user.content
    assert "f(0)" not in user.content


def begun(make_item, prev_best: float):
    item = make_item(SOURCE, CALLS, description="add some", argument_type="int")
    content = Conversation(problem=item.content, said=SAID, prev_best=prev_best)
    return item.model_copy(update={"id": "item/0/1", "content": content})


def test_a_conversation_goes_on_and_only_the_reference_knows_what_was_reached(make_item, first) -> None:
    example = first(TASK, begun(make_item, 0.5))
    assert example.prompt.messages[1:] == SAID
    assert (example.reference.kind, example.reference.data["prev_best"]) == ("next", 0.5)
    assert "prev_best" not in example.prompt.model_dump_json()


def test_what_was_reached_is_a_share_and_0_where_nothing_was_written() -> None:
    known = {"entry": "f", "public_tests": (), "tests": ()}
    assert MultiTurnReference(**known).prev_best == 0
    with pytest.raises(ValidationError):
        MultiTurnReference(**known, prev_best=1.1)


def test_items_without_hidden_tests_make_no_prompt(make_item) -> None:
    item = make_item(SOURCE, CALLS[:2], description="add some")
    assert list(TASK.examples(item, Split.TRAIN)) == []


def test_a_better_program_is_paid_and_a_repeated_one_is_not(make_item, first, judge) -> None:
    half = "def f(x):\n    return x + 2 if x < 5 else 0"
    worse = "def f(x):\n    return x + 2 if x < 2 else 0"
    right, same, less, none = judge(
        TASK, first(TASK, begun(make_item, 0.5)), fenced(SOURCE), fenced(half), fenced(worse), "def f(x): return x + 2"
    )
    assert [TASK.reward(verdict) for verdict in (right, same, less)] == pytest.approx([1, -0.1, -0.1 - 0.1 * 0.6])
    assert (none.outcome, TASK.reward(none)) == (Outcome.MALFORMED, -1)
    assert [verdict.score for verdict in (right, same, none)] == [1, 0, 0]
    assert all(0 <= part <= 1 for verdict in (right, same, less) for part in verdict.parts.values())


def test_what_passes_the_shown_tests_alone_is_no_solution(make_item, first, judge) -> None:
    table = "def f(x):\n    return {0: 2, 1: 3}.get(x)"
    (verdict,) = judge(TASK, first(TASK, begun(make_item, 0.2)), fenced(table), extended=True)
    assert (verdict.score, verdict.parts["second_tests"], verdict.parts["hidden_tests"]) == (0, 0, 0)
    assert TASK.reward(verdict) == pytest.approx(-0.1)


def test_a_program_that_exits_passes_only_what_it_answered(make_item, first, judge) -> None:
    exits = "import os\ndef f(x):\n    if x > 4:\n        os._exit(0)\n    return x + 2"
    (verdict,) = judge(TASK, first(TASK, begun(make_item, 0)), fenced(exits))
    assert verdict.score == 0
    assert verdict.parts["tests"] == 0.5


def test_floats_may_lie_as_far_apart_as_the_item_says(make_item, first, judge) -> None:
    calls = [((number,), number + 0.5) for number in range(12)]
    near = fenced("def f(x):\n    return x + 0.501")
    for tolerance, score in ((None, 0), ({"absolute": 0.01, "relative": 0}, 1)):
        example = first(TASK, make_item("def f(x):\n    return x + 0.5", calls, description="add", tolerance=tolerance))
        (verdict,) = judge(TASK, example, near)
        assert verdict.score == score
    assert example.prompt.tolerance is not None


def test_form_counts(make_item, first, judge) -> None:
    twice = fenced(SOURCE) + "\n" + fenced(SOURCE)
    (verdict,) = judge(TASK, first(TASK, begun(make_item, 0)), twice)
    assert (verdict.format, TASK.reward(verdict)) == (0, pytest.approx(1 - 0.9))


def test_baselines_pay_the_outcome_or_rare_tests(make_item, first, judge) -> None:
    texts = [fenced(SOURCE), fenced("def f(x):\n    return x + 2 if x < 5 else 0"), fenced("def f(x):\n    return 0")]
    rewards = {}
    for kind in ("outcome", "dense"):
        task = MultiTurnCode(MultiTurnCodeOptions(public_tests=2, reward=kind))
        verdicts = judge(task, first(task, begun(make_item, 0)), *texts, "no block")
        rewards[kind] = [task.reward(verdict) for verdict in verdicts]
    assert rewards["outcome"] == [1, 0, 0, 0]
    assert rewards["dense"][0] == 1
    assert 0 < rewards["dense"][1] < 0.25
    assert rewards["dense"][2:] == [0, 0]


def test_thinking_is_an_option() -> None:
    options = ImprovementOptions(form=AnswerFormOptions())
    assert MultiTurnCodeOptions(improvement=options).improvement.form.thinking
    assert not MultiTurnCodeOptions().improvement.form.thinking


def test_demonstrations_and_feedback_are_written_in_one_way() -> None:
    call = Call(arguments="([3, 1], 2)", returns="6")
    test = PublicTest(input="f([3, 1], 2)", expected="6")
    short = FeedbackOptions(style="short")
    assert give_feedback([test], [PublicRun("wrong", "9")], short).text == correction("f", call, "9")
    assert give_feedback([test], [PublicRun("passed")], short).text == PASSED
