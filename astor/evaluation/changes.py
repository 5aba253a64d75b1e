"""What changed from one policy to another on the same prompts, and what fell by more than its interval."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from astor.evaluation.intervals import Interval, mean_interval
from astor.evaluation.score import ALL, TOKENS
from astor.records import ItemScore, Score, Scores

BETTER_LOW = frozenset({"malformed", "hard_coded"})
"""Metrics that are worse where they are higher."""
SAME_AS_OTHERS = frozenset({"passed", TOKENS})
"""`passed` is pass@1 by another name, and a length is neither good nor bad."""
WIDEST = (-math.inf, math.inf)


class Fall(NamedTuple):
    """A figure that got worse."""

    task: str
    metric: str
    before: float
    after: float
    beyond: bool
    """Whether by more than its interval: the 95 % interval of the paired difference lies wholly on the worse side."""


def paired_changes(before: Sequence[ItemScore], after: Sequence[ItemScore]) -> dict[tuple[str, str], Interval]:
    """Task and metric → mean of the differences, after less before, prompt by prompt, with Student's 95 % interval.

    A metric that one of the two was not measured by at all, as when each of its answers was malformed, counts 0 there.
    """
    first, last = _by_prompt(before), _by_prompt(after)
    measured = [{key[:2] for key in values} for values in (first, last)]
    differences: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for key in sorted(first.keys() | last.keys()):
        task, metric, prompt = key
        judged = all((task, "score", prompt) in values for values in (first, last))
        if judged and all(
            key in values or key[:2] not in of for values, of in zip((first, last), measured, strict=True)
        ):
            differences[task, metric].append(last.get(key, 0.0) - first.get(key, 0.0))
    return {key: mean_interval([values], WIDEST) for key, values in differences.items()}


def falls(before: Scores, after: Scores, changes: Mapping[tuple[str, str], Interval]) -> list[Fall]:
    """Every score of a task that is worse than it was, and every metric that is so by more than its interval.

    A metric of all answers at once has no prompts to pair: its interval joins those of both (Zou and Donner 2008).
    """
    last = {(score.task, score.metric): score for score in after.scores}
    found = []
    for score in before.scores:
        key = score.task, score.metric
        if score.task == ALL or score.metric in SAME_AS_OTHERS:
            continue
        now = last.get(key, score.model_copy(update={"value": 0.0, "low": 0.0, "high": 0.0}))
        sign = -1.0 if score.metric in BETTER_LOW else 1.0
        lost = sign * (score.value - now.value)
        beyond = lost > 0 and lost > _reach(score, now, changes.get(key), sign)
        if beyond or (score.metric == "score" and lost > 0):
            found.append(Fall(score.task, score.metric, score.value, now.value, beyond))
    return found


def tell_falls(found: Mapping[str, Sequence[Fall]], name: Callable[[str], str]) -> dict[str, list[str]]:
    """How answers were drawn → falls, in words: those `beyond` their intervals, and those `within`.

    `name` says a task's or metric's key as its readers are used to it.
    """
    told: dict[str, list[str]] = {"beyond": [], "within": []}
    for how, of_answers in found.items():
        for fall in of_answers:
            what = f"{how} {name(fall.task)}" + ("" if fall.metric == "score" else f" {name(fall.metric)}")
            told["beyond" if fall.beyond else "within"].append(f"{what} {fall.before:.3f} → {fall.after:.3f}")
    return told


def _reach(before: Score, after: Score, change: Interval | None, sign: float) -> float:
    """How far the interval of a loss reaches from it towards none."""
    if change is not None:
        return change.high - change.value if sign > 0 else change.value - change.low
    if sign > 0:
        return math.hypot(before.value - before.low, after.high - after.value)
    return math.hypot(before.high - before.value, after.value - after.low)


def _by_prompt(items: Sequence[ItemScore]) -> dict[tuple[str, str, str], float]:
    return {(item.task, item.metric, item.prompt_id): item.value for item in items if item.samples}
