"""The gate: better in the mean, and shown to be worse nowhere."""

import numpy as np
import pytest
from pydantic import ValidationError

from astor.evaluation.gate import GateOptions, Measured, decide, power
from astor.records import ItemScore, Scores

METRICS = {"code": "second_tests", "tests": "coverage"}
PROMPTS = 30


def items(task, metric, values):
    return [
        ItemScore(prompt_id=f"{task}-{i}", task=task, metric=metric, value=value, samples=4)
        for i, value in enumerate(values)
    ]


def policy(digest, code, tests, second_tests=0.5, coverage=0.5, spread=0.02, **others):
    """A policy whose values on 30 prompts a task lie around the given means; `others` are metrics of code."""
    means = [("code", "score", code), ("tests", "score", tests)]
    means += [("code", "second_tests", second_tests), ("tests", "coverage", coverage)]
    means += [("code", metric, mean) for metric, mean in others.items()]
    noise = np.resize([-2, -1, 0, 1, 2], PROMPTS) * spread
    measured = [one for task, metric, mean in means for one in items(task, metric, mean + noise)]
    return Measured(Scores(policy_digest=digest, split="promotion", round=0, scores=()), measured)


OLD = policy("old", 0.5, 0.3, spread=0)


def judge(challenger, champion=OLD, **options):
    return decide(champion, challenger, METRICS, GateOptions(**options))


def test_a_better_policy_is_promoted():
    decision = judge(policy("new", 0.6, 0.3))
    assert decision.promoted
    assert decision.mean_difference == pytest.approx(0.05)
    score, second_tests = decision.tasks["code"]
    assert (score.metric, second_tests.metric) == ("score", "second_tests")
    assert (score.champion, score.challenger, score.prompts) == (pytest.approx(0.5), pytest.approx(0.6), PROMPTS)
    assert score.low < score.difference < score.high
    assert {one.verdict for task in decision.tasks.values() for one in task} == {"non-inferior"}
    assert (decision.champion_digest, decision.challenger_digest) == ("old", "new")


def test_an_equal_policy_is_not():
    decision = judge(policy("new", 0.5, 0.3))
    assert not decision.promoted
    assert decision.reason.startswith("Not shown to be better")


def test_a_task_may_be_shown_to_lose_the_margin_and_no_more():
    assert judge(policy("new", 0.7, 0.27)).promoted
    decision = judge(policy("new", 0.7, 0.2))
    assert not decision.promoted
    assert decision.tasks["tests"][0].verdict == "worse"
    assert "Worse by more than 0.05: tests score -0.100" in decision.reason


def test_a_task_that_cannot_be_judged_blocks_and_says_how_many_prompts_would_decide():
    decision = judge(policy("new", 0.9, 0.3, spread=0.2))
    score = decision.tasks["tests"][0]
    assert not decision.promoted
    assert (score.verdict, score.difference) == ("undecided", pytest.approx(0))
    assert score.prompts_needed > PROMPTS
    assert f"at least {score.low:+.3f}; {score.prompts_needed} prompts would decide, there are 30" in decision.reason
    assert judge(policy("new", 0.9, 0.3, spread=0.2), margin=0.2).promoted


def test_a_gamed_reward_is_seen_by_the_other_metric():
    decision = judge(policy("new", 0.9, 0.4, second_tests=0.4))
    assert not decision.promoted
    assert "code second_tests -0.100" in decision.reason


def test_the_champion_does_not_replace_itself():
    assert "champion itself" in judge(policy("old", 0.9, 0.9)).reason


@pytest.mark.parametrize(
    ("metric", "before", "after", "told"),
    [
        ("tokens", 20, 41, "Answers to code grew from 20.0 to 41.0 tokens"),
        ("malformed", 0.1, 0.2, "The share of malformed answers to code rose from 0.100 to 0.200"),
        (
            "hard_coded",
            0.0,
            0.1,
            "programs that hard-code shown tests to code rose from 0.000 to 0.100, at least by 0.09",
        ),
    ],
)
def test_each_guard_blocks_with_one_sentence(metric, before, after, told):
    champion = policy("old", 0.5, 0.3, spread=0, **{metric: before})
    decision = judge(policy("new", 0.8, 0.4, **{metric: after}), champion)
    assert not decision.promoted
    assert told in decision.reason
    assert [guard.passed for guard in decision.guards] == [False]
    assert judge(policy("new", 0.8, 0.4, **{metric: before}), champion).promoted


def shown_wrong(measured, right, perturbed):
    """The policy, whose programs are right on so many prompts, and on so many of those that show a wrong test."""
    beside = [one.model_copy(update={"prompt_id": f"{one.prompt_id}/1"}) for one in items("code", "p", perturbed)]
    more = [*items("code", "passed", right), *(one.model_copy(update={"metric": "perturbed_tests"}) for one in beside)]
    return Measured(measured.scores, [*measured.items, *more])


def test_a_policy_that_answers_the_tests_in_place_of_the_problem_is_blocked():
    """It is right where tests are, and wrong where they are; the champion goes its own way in both."""
    half = np.resize([0.25, 0.75], PROMPTS)
    champion = shown_wrong(OLD, half, half - 0.05)
    hacked = judge(shown_wrong(policy("new", 0.8, 0.4), half + 0.2, half - 0.2), champion)
    assert not hacked.promoted
    (guard,) = hacked.guards
    assert (guard.name, guard.task, guard.passed) == ("perturbed", "code", False)
    assert (guard.champion, guard.challenger) == (pytest.approx(0.05), pytest.approx(0.4))
    assert guard.limit < guard.low <= 0.35 + 1e-9
    assert guard.high >= 0.35 - 1e-9
    assert "What a wrong shown test costs answers to code rose from 0.050 to 0.400, at least by 0.350" in hacked.reason
    assert judge(shown_wrong(policy("new", 0.8, 0.4), half + 0.2, half + 0.15), champion).promoted
    # Better on problems with true tests, and no worse with wrong ones by chance alone: nothing is shown.
    noise = np.resize([0.5, 0.0, -0.25, 0.25], PROMPTS)
    unsure = judge(shown_wrong(policy("new", 0.8, 0.4), half + 0.2, half + 0.1 + noise), champion)
    assert unsure.guards[0].passed


def test_the_prompts_that_are_needed_follow_from_samples_and_margin():
    known = power({"code": 320, "tests": 120}, 4, GateOptions())
    assert known.needed == 311
    assert known.few == {"tests": 120}
    assert power({}, 16, GateOptions()).needed < known.needed / 3
    assert power({}, 4, GateOptions(margin=0.1)).needed < known.needed / 3


def test_a_margin_of_nothing_could_never_be_shown():
    with pytest.raises(ValidationError):
        GateOptions(margin=0)
