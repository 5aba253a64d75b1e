"""Feedback shows the first public test that failed, cut short, and has no way to show any other."""

import inspect
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.records import Call, Prompt, PublicTest, Split, Turn, read_jsonl, write_jsonl
from astor.tasks.multi_turn.feedback import (
    FeedbackOptions,
    PublicRun,
    clean_traceback,
    give_feedback,
    public_tests,
    truncate,
)

TESTS = [PublicTest(input="f(4)", expected="6"), PublicTest(input="f(5)", expected="7")]
INSTRUCT, SHORT = FeedbackOptions(), FeedbackOptions(style="short")
PASSED = PublicRun("passed", "6")
TRACEBACK = """Traceback (most recent call last):
  File "/sandbox/zygote.py", line 80, in run
    exec(code, scope)
    ^^^^^^^^^^^^^^^^^
  File "<program>", line 2, in <module>
  File "<program>", line 1, in f
  File "/usr/lib/python3/statistics.py", line 3, in mean
    return total / count
ZeroDivisionError: division by zero
"""


def body(runs: list[PublicRun] | None) -> str:
    """What follows the request."""
    return give_feedback(TESTS, runs, INSTRUCT).text.partition("\n\nFeedback:\n")[2]


def test_a_wrong_answer_is_shown_with_what_was_expected() -> None:
    wrong = give_feedback(TESTS, [PublicRun("wrong", "9"), PublicRun("wrong", "secret")], INSTRUCT)
    assert wrong.text.endswith("Input:\nf(4)\n\nOutput of the program:\n9\n\nExpected output:\n6")
    assert wrong.test == 0
    assert "f(5)" not in wrong.text
    assert "secret" not in wrong.text


def test_the_first_test_that_failed_is_shown() -> None:
    feedback = give_feedback(TESTS, [PASSED, PublicRun("wrong", "9")], INSTRUCT)
    assert (feedback.test, "f(5)" in feedback.text, "f(4)" in feedback.text) == (1, True, False)


def test_an_error_is_shown_with_its_traceback_and_a_time_out_with_its_input() -> None:
    assert body([PublicRun("error", "so far", TRACEBACK), PASSED]) == (
        "Input:\nf(4)\n\nOutput of the program:\nso far\n\nError:\nTraceback (most recent call last):\n"
        '  File "<program>", line 2, in <module>\n  File "<program>", line 1, in f\nZeroDivisionError: division by zero'
    )
    assert body([PublicRun("timeout"), PASSED]) == "Input:\nf(4)\n\nThe program timed out after 4 seconds."
    for run in (PublicRun("error", "", TRACEBACK), PublicRun("timeout")):
        assert give_feedback(TESTS, [run, PASSED], INSTRUCT).test is None, "what was expected is not shown"


def test_without_a_program_or_a_failure_no_test_is_shown() -> None:
    for runs, text in ((None, "nothing was run"), ([PASSED, PASSED], "All public tests pass")):
        assert text in body(runs)
        assert "f(" not in body(runs)
        assert give_feedback(TESTS, runs, INSTRUCT).test is None


@pytest.mark.parametrize(
    ("run", "line"),
    [
        (PublicRun("wrong", "9"), "f(4) == 6 not 9"),
        (PublicRun("error", "", TRACEBACK), "f(4) == 6 not ZeroDivisionError: division by zero"),
        (PublicRun("error"), "f(4) == 6 not error"),
        (PublicRun("timeout"), "f(4) == 6 not timeout"),
        (PublicRun("wrong", "1\n2\n"), "f(4) == 6 not 1\\n2"),
        (PublicRun("wrong", "\n"), "f(4) == 6 not nothing"),
    ],
)
def test_the_short_form_is_one_line(run: PublicRun, line: str) -> None:
    feedback = give_feedback(TESTS, [run, PASSED], SHORT)
    assert (feedback.text, feedback.test) == (line, 0)


def test_the_short_form_without_a_failure() -> None:
    assert give_feedback(TESTS, None, SHORT).text == "no program"
    assert give_feedback(TESTS, [PASSED, PASSED], SHORT).text == "passed"


@pytest.mark.parametrize(("length", "kept"), [(400, 400), (401, 405), (10_000, 405)])
def test_long_texts_keep_their_first_and_last_200_characters(length: int, kept: int) -> None:
    text = "".join(chr(ord("a") + place % 26) for place in range(length))
    short = truncate(text)
    assert len(short) == kept
    assert (short[:200], short[-200:]) == (text[:200], text[-200:])


def test_every_part_is_cut() -> None:
    test = PublicTest(input="i" * 900, expected="e" * 900)
    text = give_feedback([test], [PublicRun("wrong", "o" * 900)], INSTRUCT).text
    assert [text.count(letter * 200) for letter in "ioe"] == [2, 2, 2]
    assert len(text) < 3 * 405 + 700


runs = st.builds(PublicRun, st.sampled_from(["passed", "wrong", "error", "timeout"]), st.text(), st.text())


@given(st.lists(runs, min_size=2, max_size=2) | st.none(), st.sampled_from([INSTRUCT, SHORT]))
def test_a_message_never_ends_in_white_space(ended: list[PublicRun] | None, options: FeedbackOptions) -> None:
    text = give_feedback(TESTS, ended, options).text
    assert text == text.rstrip() != ""
    assert options is INSTRUCT or "\n" not in text


def test_output_that_is_no_utf_8_can_be_recorded(tmp_path) -> None:
    feedback = give_feedback(TESTS, [PublicRun("wrong", b"\xff".decode(errors="surrogateescape")), PASSED], INSTRUCT)
    turn = Turn(
        text="", program="", shown_passed=(), public_passed=(), feedback=feedback.text, feedback_test=feedback.test
    )
    write_jsonl(tmp_path / "turns.jsonl", [turn])
    assert list(read_jsonl(tmp_path / "turns.jsonl", Turn)) == [turn]


def test_only_a_prompts_public_tests_become_what_feedback_takes() -> None:
    """Hidden tests are calls of a Reference, and neither is a parameter of anything here."""
    prompt = Prompt(
        id="p",
        item_id="i",
        task="t",
        split=Split.TRAIN,
        messages=(),
        public_tests=(Call(arguments="([3, 1], 2)", returns="3"),),
    )
    assert public_tests(prompt, "f") == (PublicTest(input="f([3, 1], 2)", expected="3"),)
    assert list(get_type_hints(public_tests)) == ["prompt", "entry", "return"]
    assert list(inspect.signature(give_feedback).parameters) == ["tests", "runs", "options"]
    with pytest.raises(ValueError, match="zip"):
        give_feedback(TESTS, [PASSED] * 3, INSTRUCT)


def test_tracebacks_without_foreign_frames_stay_as_they_are() -> None:
    assert clean_traceback("ValueError") == "ValueError"
    assert clean_traceback("") == ""
    assert clean_traceback("oh\n    indented\n") == "oh\n    indented"
