"""Cobalt's reward: its check values, its bounds, and what it never does."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astor.tasks.multi_turn.answer_form import AnswerFormOptions, form_reward, take_apart
from astor.tasks.multi_turn.improvement import (
    ImprovementOptions,
    base_reward,
    correctness,
    turn_reward,
    validation_reward,
)
from astor.tasks.multi_turn.repetition import repeats_itself

OPTIONS = ImprovementOptions()
FORM = AnswerFormOptions()
PLAIN = AnswerFormOptions(thinking=False)
rates = st.integers(0, 20).map(lambda passed: passed / 20)


def count(text: str) -> int:
    """Tokens are words here."""
    return len(text.split())


def answer(thinking: int = 0, response: int = 0, explanation: int = 0, thought: str = "") -> str:
    """An answer of that many words of thinking, before and after its block of code."""
    before = words(response)
    return f"{thought} {words(thinking)}</think>{before}\n```python\nprint(1)\n```\n{words(explanation)}"


def words(number: int) -> str:
    """That many words, no 32 characters of which come eight times in a row."""
    return " ".join(map(str, range(number)))


def value(rate: float, prev_best: float) -> float:
    return sum(correctness(rate, prev_best, OPTIONS))


@pytest.mark.parametrize(
    ("rate", "prev_best", "expected"),
    [
        (1, 0.5, 1.0),
        (0.9, 0.5, 0.28),
        (0.6, 0.2, 0.25),
        (0.5, 0.5, -0.1),
        (0.4, 0.5, -0.12),
        (0, 0.5, -0.2),
        (0.5, 0, 0.2),
        (0.3, 0, 0.0),
        (0, 0, -0.1),
        (0.95, 1, -0.105),
    ],
)
def test_check_values_before_form(rate: float, prev_best: float, expected: float) -> None:
    assert value(rate, prev_best) == pytest.approx(expected, abs=1e-12)


def test_base_by_share_of_tests() -> None:
    assert [base_reward(rate, OPTIONS) for rate in (1, 0.99, 0.5, 0.49, 0.01, 0)] == [1, 0.2, 0.2, 0, 0, -0.1]


@given(rates, rates)
def test_correctness_is_bounded_and_only_a_right_program_earns_more_than_three_tenths(rate, prev_best) -> None:
    v = value(rate, prev_best)
    assert v == 1 if rate == 1 else -0.2 - 1e-12 <= v < 0.3
    if prev_best and rate <= prev_best and rate < 1:
        assert v <= -0.1, "no progress is never worth anything"


@given(rates, rates, rates.filter(bool))
def test_more_tests_passed_are_never_worse(one, other, prev_best) -> None:
    least, most = sorted((one, other))
    assert value(least, prev_best) <= value(most, prev_best) + 1e-12
    assert value(least, 0) <= value(most, 0)


@given(rates, rates.filter(bool), rates.filter(bool))
def test_the_same_program_is_never_worth_more_after_better_ones(rate, one, other) -> None:
    least, most = sorted((one, other))
    assert value(rate, most) <= value(rate, least) + 1e-12


texts = st.one_of(
    st.builds(answer, st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.sampled_from(["", "wait, but"])),
    st.sampled_from(["", "```python\n1\n```", "</think>", "</think>```python\n1", "x" * 300]),
    st.text(max_size=50),
)
small = ImprovementOptions(form=AnswerFormOptions(thinking_tokens=20, response_tokens=30, explanation_tokens=10))


@given(texts, rates | st.none(), rates)
def test_rewards_are_within_one_and_named_parts_make_the_total(text, rate, prev_best) -> None:
    reward = turn_reward(text, rate, prev_best, count, small)
    assert -1 <= reward.total <= 1
    assert reward.total == pytest.approx(max(-1, min(1, reward.base + reward.improvement + reward.form)))
    assert reward.total <= max(reward.correctness, 0)


@given(texts, rates, rates)
def test_a_structural_fault_is_never_better(text, rate, prev_best) -> None:
    faulty = turn_reward("x" * 256 + text, rate, prev_best, count, small)
    assert faulty.form == -0.9
    assert faulty.total <= turn_reward(text, rate, prev_best, count, small).total


def test_no_block_of_code_earns_least_and_nothing_in_validation() -> None:
    assert turn_reward(answer(), None, 0.5, count, OPTIONS).total == -1
    assert [validation_reward(rate) for rate in (None, 0, 0.99, 1)] == [0, 0, 0, 1]


def test_a_right_answer_of_good_form_earns_1_and_a_faulty_one_a_tenth() -> None:
    assert turn_reward(answer(9, 9, 9), 1, 0.5, count, OPTIONS).total == 1
    assert turn_reward("```python\nprint(1)\n```", 1, 0.5, count, OPTIONS).total == pytest.approx(0.1)
    assert turn_reward("```python\nprint(1)\n```", 0, 0.5, count, OPTIONS).total == -1, "cut at -1"


@pytest.mark.parametrize(
    "text",
    [
        "no thinking\n```python\n1\n```",
        "a</think>b</think>\n```python\n1\n```",
        "a</think>no code",
        "a</think>\n```\n1\n```",
        "a</think>\n```python\n1",
        "a</think>\n```python\n1```",
        "a</think>\n```python\n1\n```\n```python\n2\n```",
        "a</think>\n```python\n1\n```\n```\n2\n```",
        "a</think>\n```python\nx = '`'\n```",
        "a" * 256 + "</think>\n```python\n1\n```",
    ],
)
def test_structural_faults(text: str) -> None:
    assert take_apart(text, thinking=True) is None
    assert form_reward(text, 1.0, count, FORM) == form_reward(text, -0.1, count, FORM) == -0.9


def test_an_answer_is_taken_apart() -> None:
    parts = take_apart("why\n</think>\nso:\n```python\nprint(1)\n```\nIt prints `1`.", thinking=True)
    assert (parts.thinking, parts.explanation) == ("why", "It prints `1`.")
    assert parts.response == "so:\n```python\nprint(1)\n```\nIt prints `1`."


@pytest.mark.parametrize(
    "block",
    [
        "```Python\n1\n```",
        "```py3\r\n1\r\n```\r\n",
        "~~~~python\n1\n~~~~",
        "> ```python\n> 1\n> ```",
        "- ```python\n  1\n  ```",
    ],
)
def test_a_block_in_any_of_its_forms_has_the_structure(block: str) -> None:
    parts = take_apart(f"why</think>{block}\nSo.", thinking=True)
    assert (parts.thinking, parts.explanation) == ("why", "So.")


def test_policies_that_do_not_think_must_not_pretend_to() -> None:
    assert form_reward("```python\n1\n```", 1.0, count, PLAIN) == 0
    assert form_reward("```python\n1\n```", -0.1, count, PLAIN) == 0, "there is no thinking that could be rewarded"
    assert form_reward("</think>```python\n1\n```", 1.0, count, PLAIN) == -0.9


@pytest.mark.parametrize(
    ("lengths", "right", "wrong"),
    [
        ((4096, 0, 0), 0, 0.075 * math.tanh(4)),
        ((4097, 0, 0), -0.01, -0.1),
        ((0, 2045, 0), 0, 0),  # with the block of code 2048
        ((0, 2046, 0), -0.01, -0.1),
        ((0, 0, 512), 0, 0),
        ((0, 0, 513), -0.01, -0.1),
        ((4097, 2046, 513), -0.01, -0.3),
        ((1024, 2046, 513), -0.01, 0.075 * math.tanh(1) - 0.2),
    ],
)
def test_lengths(lengths: tuple[int, int, int], right: float, wrong: float) -> None:
    text = answer(*lengths)
    assert form_reward(text, 0.0, count, FORM) == right
    assert form_reward(text, -0.1, count, FORM) == pytest.approx(wrong)


@pytest.mark.parametrize(
    ("thought", "earned"),
    [
        ("wait", 1),
        ("Wait, this is WRONG", 2),
        ("waiting butter errors", 0),
        ("wait " * 4, 1),
        ("wait " * 5, 0),
        ("wait mistake however but retry", 5),
        ("wait mistake however but retry error verify wrong evaluate", 5),
    ],
)
def test_words_of_doubt_in_wrong_answers(thought: str, earned: int) -> None:
    thinking = 0.075 * math.tanh(count(thought) / 1024)
    assert form_reward(answer(thought=thought), -0.1, count, FORM) == pytest.approx(thinking + 0.005 * earned)
    assert form_reward(answer(thought=thought), 0.2, count, FORM) == 0


def test_words_of_doubt_count_in_thinking_alone_and_not_beyond_its_limit() -> None:
    assert form_reward("</think>wait\n```python\n1\n```\nbut", -0.1, count, FORM) == 0
    assert form_reward(answer(4097, thought="wait"), -0.1, count, FORM) == -0.1


def repeats_by_definition(text: str, least_length: int, times: int) -> bool:
    return any(
        text.startswith(text[start : start + length] * times, start)
        for length in range(least_length, len(text) // times + 1)
        for start in range(len(text) - times * length + 1)
    )


@given(st.text("ab\n", max_size=3), st.text("abc\n", min_size=30, max_size=35), st.integers(7, 9))
def test_repetition_is_a_substring_of_32_characters_eight_times(around, unit, times) -> None:
    text = around + unit * times + around
    assert repeats_itself(text) == repeats_by_definition(text, 32, 8)


@given(st.text("ab", max_size=14), st.lists(st.sampled_from(["a", "b", "ab"]), max_size=14))
def test_repetition_is_found_wherever_it_begins(before, units) -> None:
    text = before + "".join(unit * 3 for unit in units)
    assert repeats_itself(text, least_length=3, times=4) == repeats_by_definition(text, 3, 4)


def test_long_texts() -> None:
    assert not repeats_itself(words(6000))
    assert repeats_itself(words(6000) + "the same again and again, it is so. " * 8)
    assert not repeats_itself(words(6000) + "the same again and again, it is so. " * 7)
