"""Conversations alternate, say again what was answered without its thinking, and end where an answer is due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.records import Message, PublicTest, Split, Trajectory, Turn
from astor.tasks.multi_turn.conversation import conversation, kept_answer, opening, prefix


def turn(text: str, feedback: str) -> Turn:
    return Turn(text=text, program=text, shown_passed=(True,), public_passed=(True,), feedback=feedback)


TRAJECTORY = Trajectory(
    prompt_id="p",
    task="t",
    split=Split.TRAIN,
    index=0,
    policy_digest="d",
    messages=(Message(role="system", content="s"), Message(role="user", content="u")),
    public_tests=(PublicTest(input="f(4)", expected="6"),),
    turns=(turn("<think>so</think>\nfirst", "wrong"), turn("second", "right")),
)


@pytest.mark.parametrize("form", ["stdin", "function"])
def test_the_beginning_holds_rules_and_problem(form) -> None:
    system, user = opening("\nAdd two numbers.\n", form)
    assert (system.role, user.role) == ("system", "user")
    assert all(f"\n{number}. " in system.content for number in (1, 2, 3, 4))
    assert user.content.endswith("\n\nAdd two numbers.")
    assert ("standard input" in user.content) == (form == "stdin")


def test_braces_in_a_problem_are_its_own() -> None:
    assert opening("{form} {0}", "stdin")[1].content.endswith("{form} {0}")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<think>a</think>b</think>\n c \n", "c"),
        ("no thinking", "no thinking"),
        ("<think>never ended", "<think>never ended"),
        ("</think>" + "x" * 6001, "x" * 6000),
        ("x" * 9000 + "</think>y", "y"),
    ],
)
def test_what_is_kept_of_an_answer(text: str, kept: str) -> None:
    assert kept_answer(text) == kept


@given(st.text())
def test_kept_answers_are_short_and_do_not_end_in_white_space(text: str) -> None:
    kept = kept_answer(text * 50)
    assert len(kept) <= 6000
    assert kept == kept.strip()


@pytest.mark.parametrize(("programs", "said"), [(0, "su"), (1, "sufirstwrong"), (2, "sufirstwrongsecondright")])
def test_prefixes_end_in_feedback(programs: int, said: str) -> None:
    messages = prefix(TRAJECTORY, programs)
    assert "".join(message.content for message in messages) == said
    assert len(messages) == 2 + 2 * programs
    assert messages[-1].role == "user"
    assert messages == conversation(TRAJECTORY.messages, TRAJECTORY.turns[:programs])
