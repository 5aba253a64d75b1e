"""Thinking ends where the answer begins, and a chat template may have begun it."""

import pytest

from astor.tasks.thinking import after_thinking, begun_thinking


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("3\n", "3\n"),
        ("<think>a</think> 3\n", "3"),
        ("<think>\n\n</think>\n\n3", "3"),
        (" <think>a</think>'b'", "'b'"),
        ("a</think>3", "3"),
        ("a\n</think>\n\n3", "3"),
        ("<think>a</think>b</think>3", "3"),
        ("<think>a</think>\n1\n<think>b</think>\n3", "3"),
        ("<think>a</think>```\n1\n```<think>b</think>\n3", "3"),
        ("<think>a</think><think>b</think>3", "3"),
        ("<think>a</think>", ""),
        ("<think>\n<think>a</think>3", "3"),
        ("s.split('</think>')[-1]", "s.split('</think>')[-1]"),
        ("<think>a</think>t = '<think>' + s + '</think>\\n'", "t = '<think>' + s + '</think>\\n'"),
        ("The tags `<think>` and so on", "The tags `<think>` and so on"),
    ],
)
def test_what_follows_the_thinking_is_the_answer(text: str, answer: str) -> None:
    assert after_thinking(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        "<think>",
        "\n<think>\nA draft:\n```\n3\n```",
        "<think>a</think>\n3\n<think>b",
        "<think>a</think>```\n3\n```<think>b",
        "3\n<think>Is it?",
        "<think>a</think><think>b",
    ],
)
def test_thinking_that_does_not_end_leaves_no_answer(text: str) -> None:
    assert after_thinking(text) is None


@pytest.mark.parametrize(
    ("prompt", "begun"),
    [
        ("<|assistant|><think>\n", "<think>\n"),
        ("assistant\n<think>", "<think>"),
        ("assistant\n<think>\n\n</think>\n\n", ""),
        ("What does <think> mean?<|assistant|>", ""),
        ("", ""),
    ],
)
def test_a_prompt_may_begin_the_thinking(prompt: str, begun: str) -> None:
    assert begun_thinking(prompt) == begun
