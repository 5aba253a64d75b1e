"""Coins in place of verdicts: half of them heads, the same ones however many follow, and no word of the truth."""

import numpy as np

from astor.coordination.coins import toss_coins
from astor.records import Outcome, Verdict


def verdicts(count: int, task: str = "noisy", outcome: Outcome = Outcome.FAILED) -> list[Verdict]:
    score = None if outcome is Outcome.INFRASTRUCTURE_ERROR else 0.0
    return [
        Verdict(prompt_id=f"p{index // 8}", rollout=index % 8, task=task, outcome=outcome, score=score)
        for index in range(count)
    ]


def toss(given: list[Verdict], **shares: float) -> list[Verdict]:
    return toss_coins(given, shares, np.random.default_rng(5))


def test_a_coin_is_right_half_of_the_time_in_the_right_form() -> None:
    tossed = toss(verdicts(2000), noisy=1.0)
    assert abs(np.mean([verdict.score for verdict in tossed]) - 0.5) < 0.04
    assert {(verdict.outcome, verdict.score, verdict.format) for verdict in tossed} == {
        (Outcome.PASSED, 1.0, 1.0),
        (Outcome.FAILED, 0.0, 1.0),
    }


def test_a_share_of_the_verdicts_is_replaced_and_of_other_tasks_none() -> None:
    tossed = toss([*verdicts(2000), *verdicts(100, "honest")], noisy=0.25)
    assert abs(np.mean([verdict.detail == "a coin" for verdict in tossed[:2000]]) - 0.25) < 0.04
    assert tossed[2000:] == verdicts(100, "honest")


def test_further_draws_of_a_round_leave_the_first_one_s_coins() -> None:
    assert toss(verdicts(96), noisy=1.0)[:32] == toss(verdicts(32), noisy=1.0)


def test_what_has_no_score_gets_none() -> None:
    broken = verdicts(8, outcome=Outcome.INFRASTRUCTURE_ERROR)
    assert toss(broken, noisy=1.0) == broken
