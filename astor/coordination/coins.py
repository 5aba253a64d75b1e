"""Coins in place of verdicts: a task whose rewards are noise, to see what a method makes of one."""

from collections.abc import Mapping, Sequence

import numpy as np

from astor.records import Outcome, Verdict


def toss_coins(verdicts: Sequence[Verdict], shares: Mapping[str, float], random: np.random.Generator) -> list[Verdict]:
    """The verdicts, each with a coin's in its place with the probability that `shares` gives its task, 0 for others.

    Heads is a right answer in the right form, tails a wrong one: the reward is all or nothing, as likely. What has no
    score keeps none. The first verdicts get the same coins however many follow, as further draws of a round do.
    """
    draws = random.random((len(verdicts), 2))
    return [
        _coin(verdict, heads=side < 0.5) if chance < shares.get(verdict.task, 0.0) else verdict
        for verdict, (chance, side) in zip(verdicts, draws, strict=True)
    ]


def _coin(verdict: Verdict, heads: bool) -> Verdict:
    if verdict.score is None:
        return verdict
    outcome = Outcome.PASSED if heads else Outcome.FAILED
    return verdict.model_copy(
        update={"outcome": outcome, "score": float(heads), "format": 1.0, "parts": {}, "data": {}, "detail": "a coin"}
    )
