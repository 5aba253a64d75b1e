"""Scores of verdicts, and what does not count as one."""

import pytest

from astor.errors import UserError
from astor.evaluation.score import score_verdicts
from astor.records import Outcome, Verdict


def verdict(prompt, rollout, score, task="code", outcome=None, **parts):
    if outcome is None:
        outcome = Outcome.PASSED if score == 1 else Outcome.FAILED
    return Verdict(prompt_id=prompt, rollout=rollout, task=task, outcome=outcome, score=score, format=1.0, parts=parts)


def failure(prompt, rollout, task="code"):
    return verdict(prompt, rollout, None, task, Outcome.INFRASTRUCTURE_ERROR)


def measure(verdicts):
    return score_verdicts(verdicts, "digest", "held_out", 3)


def test_a_score_is_a_mean_over_prompts_of_means_over_samples():
    scores, items = measure([verdict("a", 0, 1.0), verdict("a", 1, 0.5), verdict("b", 0, 0.0), verdict("b", 1, 0.5)])
    assert scores.value("code") == pytest.approx(0.5)
    assert [(i.prompt_id, i.value, i.samples) for i in items if i.metric == "score"] == [("a", 0.75, 2), ("b", 0.25, 2)]
    assert (scores.policy_digest, scores.split, scores.round) == ("digest", "held_out", 3)


def test_pass_at_k_goes_up_to_the_number_of_samples():
    scores, _ = measure([verdict("a", 0, 1.0), verdict("a", 1, 0.0), verdict("b", 0, 0.0), verdict("b", 1, 0.0)])
    assert scores.value("code", "pass@1") == scores.value("code", "passed") == 0.25
    assert scores.value("code", "pass@2") == 0.5


def test_parts_become_metrics_and_count_0_where_an_answer_had_none():
    malformed = verdict("b", 0, 0.0, outcome=Outcome.MALFORMED)
    scores, _ = measure([verdict("a", 0, 1.0, second_tests=0.8), malformed])
    assert scores.value("code", "second_tests") == pytest.approx(0.4)


def test_infrastructure_errors_are_counted_and_left_out():
    scores, items = measure([verdict("a", 0, 1.0), failure("a", 1), failure("b", 0), failure("b", 1)])
    assert scores.value("code") == 1.0
    assert scores.infrastructure_errors == 3
    assert scores.outcomes == {"code": {"passed": 1, "infrastructure_error": 3}}
    assert {(i.prompt_id, i.samples) for i in items if i.metric == "score"} == {("a", 1), ("b", 0)}


def test_a_prompt_with_too_few_samples_has_no_pass_at_k():
    _, items = measure([verdict("a", 0, 1.0), verdict("a", 1, 0.0), verdict("b", 0, 0.0), failure("b", 1)])
    assert {i.prompt_id: i.samples for i in items if i.metric == "pass@2"} == {"a": 2, "b": 0}


def test_a_task_of_infrastructure_errors_alone_has_no_score():
    with pytest.raises(UserError, match="Every verdict on code is an infrastructure error"):
        measure([failure("a", 0)])


def test_mean_and_worst_are_over_tasks():
    verdicts = [verdict("a", 0, 1.0), *(verdict(f"t{i}", 0, i / 4, task="tests") for i in range(3))]
    scores, _ = measure(verdicts)
    assert scores.value("all", "mean") == pytest.approx((1.0 + 0.25) / 2)
    assert scores.value("all", "worst") == pytest.approx(0.25)


def test_lengths_are_means_too():
    verdicts = [verdict("a", i, 1.0).model_copy(update={"tokens": tokens}) for i, tokens in enumerate([3, 5])]
    scores, _ = measure(verdicts)
    assert scores.value("code", "tokens") == 4


def test_nothing_gives_no_scores():
    scores, items = measure([])
    assert scores.scores == ()
    assert items == []
