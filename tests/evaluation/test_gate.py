"""The gate: better in the mean, worse nowhere."""

import pytest

from astor.evaluation.gate import GateOptions, decide
from astor.records import ItemScore

METRICS = {"code": "second_tests", "tests": "coverage"}


def policy(code, tests, second_tests=0.5, coverage=0.5):
    """Items of a policy: 30 prompts a task around the given means."""
    means = [("code", "score", code), ("tests", "score", tests)]
    means += [("code", "second_tests", second_tests), ("tests", "coverage", coverage)]
    return [
        ItemScore(prompt_id=f"{task}-{i}", task=task, metric=metric, value=mean + (i % 5 - 2) * 0.02, samples=4)
        for task, metric, mean in means
        for i in range(30)
    ]


def judge(champion, challenger, margin=0.03, digests=("old", "new")):
    options = GateOptions(margin=margin)
    return decide(champion, challenger, METRICS, options, champion_digest=digests[0], challenger_digest=digests[1])


def test_a_better_policy_is_promoted():
    decision = judge(policy(0.5, 0.3), policy(0.6, 0.3))
    assert decision.promoted
    assert decision.mean_difference == pytest.approx(0.05)
    assert decision.task_differences == pytest.approx({"code": 0.1, "tests": 0.0})
    assert (decision.champion_digest, decision.challenger_digest) == ("old", "new")


def test_an_equal_policy_is_not():
    decision = judge(policy(0.5, 0.3), policy(0.5, 0.3))
    assert not decision.promoted
    assert decision.reason.startswith("Not shown to be better")


def test_a_task_may_lose_the_margin_and_no_more():
    assert judge(policy(0.5, 0.3), policy(0.7, 0.27)).promoted
    decision = judge(policy(0.5, 0.3), policy(0.7, 0.26))
    assert not decision.promoted
    assert "tests score by 0.040" in decision.reason


def test_a_gamed_reward_is_seen_by_the_other_metric():
    decision = judge(policy(0.5, 0.3), policy(0.9, 0.4, second_tests=0.4))
    assert not decision.promoted
    assert "code second_tests by 0.100" in decision.reason
    assert decision.metric_differences["code"] == pytest.approx(-0.1)


def test_the_champion_does_not_replace_itself():
    assert "champion itself" in judge(policy(0.5, 0.3), policy(0.5, 0.3), digests=("same", "same")).reason
