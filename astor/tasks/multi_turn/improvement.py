"""Cobalt's reward for one more program: how right it is, whether it is better than those before, and its form."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field

from astor.options import Options
from astor.tasks.multi_turn.answer_form import AnswerFormOptions, form_reward

NO_PROGRAM = -1.0


class ImprovementOptions(Options):
    """Values of Cobalt's code (`code_reward_func_think.py`), all in reward units."""

    full: float = 1.0
    """base(p) for p = 1; p is the share of all tests, public and hidden, that the program passes."""
    most: float = 0.2
    """base(p) for 1/2 <= p < 1."""
    least: float = 0.0
    """base(p) for 0 < p < 1/2."""
    none: float = -0.1
    """base(p) for p = 0."""
    weight: float = Field(default=0.1, ge=0)
    """Weight of the improvement over b, the largest p of the programs before: the most that it adds or takes."""
    regression: float = -0.1
    """What stands in the place of base(p) where p <= b, p < 1 and b > 0."""
    form: AnswerFormOptions = AnswerFormOptions()


@dataclass(frozen=True)
class TurnReward:
    """The reward of one program, in [-1, 1], and what it is made of."""

    base: float
    improvement: float
    form: float
    """0 or less where the program is worth 0 or more."""

    @property
    def correctness(self) -> float:
        """v: the reward before form."""
        return self.base + self.improvement

    @property
    def total(self) -> float:
        """v + form, cut to [-1, 1]."""
        return max(-1.0, min(1.0, self.correctness + self.form))


def base_reward(rate: float, options: ImprovementOptions) -> float:
    """base(p) of a program that passes the share `rate` of all tests, in [0, 1]."""
    assert 0 <= rate <= 1, rate
    if rate == 1:
        return options.full
    if rate >= 0.5:
        return options.most
    return options.least if rate > 0 else options.none


def correctness(rate: float, prev_best: float, options: ImprovementOptions) -> tuple[float, float]:
    """The parts base and improvement; their sum is v.

    With p = `rate` and b = `prev_best`, both in [0, 1]: v = base(p) where p = 1 or b = 0;
    base(p) + 0.1 (p - b) / (1 - b) where p > b; -0.1 + 0.1 (p - b) / b otherwise, in [-0.2, -0.1].
    For one b > 0, v does not fall as p rises; for one p, v does not rise with b > 0.
    """
    assert 0 <= prev_best <= 1, prev_best
    if rate == 1 or prev_best == 0:
        return base_reward(rate, options), 0.0
    if rate > prev_best:
        return base_reward(rate, options), options.weight * (rate - prev_best) / (1 - prev_best)
    return options.regression, options.weight * (rate - prev_best) / prev_best


def turn_reward(
    text: str, rate: float | None, prev_best: float, count_tokens: Callable[[str], int], options: ImprovementOptions
) -> TurnReward:
    """The reward of the answer `text` in training.

    Args:
        rate: share of all tests that its program passes, in [0, 1]; None where it holds no block of code: -1.
        prev_best: largest rate of the programs before it; 0 where there is none.
        count_tokens: length of a text. Cobalt's code counts in o200k_base.

    A policy could repeat a good program that is in its context: p <= b earns at most -0.1. It could solve what the
    public tests show alone: p counts hidden ones too. It could fail at length: thinking makes up for at most 0.1 of
    what failing costs, so that no program with p = 0 or p <= b earns more than 0.
    """
    if rate is None:
        return TurnReward(NO_PROGRAM, 0.0, 0.0)
    base, improvement = correctness(rate, prev_best, options)
    return TurnReward(base, improvement, form_reward(text, base + improvement, count_tokens, options.form))


def validation_reward(rate: float | None) -> float:
    """1 where the program passes all tests, else 0: no credit for parts, improvement or form."""
    return float(rate == 1)
