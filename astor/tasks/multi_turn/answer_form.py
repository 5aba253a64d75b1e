"""The form of an answer that thinks, then gives one block of Python, then explains: Cobalt's third part of reward."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field

from astor.options import Options
from astor.sandbox.inside.answer_blocks import says_python
from astor.sandbox.inside.fences import fenced_blocks
from astor.tasks.multi_turn.repetition import repeats_itself
from astor.tasks.thinking import END_OF_THINKING

SELF_CHECKS = ("wait", "mistake", "however", "but", "retry", "error", "verify", "wrong", "evaluate")
_SELF_CHECK = {word: re.compile(rf"\b{word}\b") for word in SELF_CHECKS}


class AnswerFormOptions(Options):
    """Values of Cobalt's code (`code_reward_func_think.py`); rewards in reward units, lengths in tokens."""

    thinking: bool = True
    """Whether an answer must hold `</think>` exactly once. Our addition: False is for policies that do not think, an
    answer of theirs must hold none and has no thinking that could be rewarded."""
    fault: float = Field(default=-0.9, le=0)
    """Reward of an answer whose structure is not the one that was asked for, instead of all else."""
    too_long: float = Field(default=-0.01, le=0)
    """Reward of an answer with v >= 0 that is longer than one of the limits."""
    too_long_and_wrong: float = Field(default=-0.1, le=0)
    """Reward of an answer with v < 0 for each limit that it exceeds."""
    thinking_tokens: int = Field(default=4096, ge=0)
    """Most tokens of the text before `</think>`."""
    response_tokens: int = Field(default=2048, ge=0)
    """Most tokens of the text after `</think>`."""
    explanation_tokens: int = Field(default=512, ge=0)
    """Most tokens of the text after the block of code."""
    thinking_bonus: float = Field(default=0.075, ge=0)
    """Reward of thinking where v < 0: this times tanh(n / `thinking_scale`) for n tokens within the limit."""
    thinking_scale: int = Field(default=1024, ge=1)
    """Tokens of thinking that earn 76 % of `thinking_bonus`."""
    self_check_bonus: float = Field(default=0.005, ge=0)
    """Reward of each of nine words of doubt that occurs in the thinking one to four times, where v < 0 and the thinking
    is within the limit."""
    self_check_most: float = Field(default=0.025, ge=0)
    """The most that words of doubt earn."""


@dataclass(frozen=True)
class AnswerParts:
    """An answer taken apart."""

    thinking: str
    response: str
    """What comes after the thinking, the block of code included."""
    explanation: str
    """What comes after the block of code."""


def take_apart(text: str, thinking: bool) -> AnswerParts | None:
    """The parts of an answer; None of one with a structural fault.

    Faults: a substring of 32 characters or more eight times in a row; `</think>` not exactly once (without `thinking`:
    at all); in what follows it not exactly one fenced block, or one that is not closed, not of Python, or holds a
    back-tick. Cobalt's code counts "```python" and lines that begin with "```"; blocks here are those that programs
    are read from.
    """
    if repeats_itself(text) or text.count(END_OF_THINKING) != int(thinking):
        return None
    thought, _, response = text.rpartition(END_OF_THINKING)
    response = response.strip()
    blocks = fenced_blocks(response)
    if len(blocks) != 1 or not blocks[0].is_closed or not says_python(blocks[0]) or "`" in blocks[0].content:
        return None
    return AnswerParts(thought.strip(), response, response[blocks[0].end :].strip())


def form_reward(text: str, value: float, count_tokens: Callable[[str], int], options: AnswerFormOptions) -> float:
    """fmt(v) of an answer whose program earned `value`: -0.9 for a structural fault, in [-0.3, 0.1] else.

    With v >= 0 it is 0, or -0.01 beyond a limit. With v < 0 it rewards thinking and words of doubt, and takes 0.1 for
    each limit that is exceeded.
    """
    parts = take_apart(text, options.thinking)
    if parts is None:
        return options.fault
    thinking = count_tokens(parts.thinking)
    excesses = [
        thinking > options.thinking_tokens,
        count_tokens(parts.response) > options.response_tokens,
        count_tokens(parts.explanation) > options.explanation_tokens,
    ]
    if value >= 0:
        return options.too_long if any(excesses) else 0.0
    reward = sum(excesses) * options.too_long_and_wrong
    if not excesses[0]:
        reward += options.thinking_bonus * math.tanh(thinking / options.thinking_scale)
        reward += min(options.self_check_most, options.self_check_bonus * self_checks(parts.thinking))
    return reward


def self_checks(thinking: str) -> int:
    """How many of the nine words of doubt occur in the thinking, as whole words, one to four times."""
    lowered = thinking.lower()
    return sum(1 <= len(word.findall(lowered)) <= 4 for word in _SELF_CHECK.values())
