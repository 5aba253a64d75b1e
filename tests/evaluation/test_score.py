"""Scores of verdicts, and what does not count as one."""

import pytest
from sacrebleu.metrics.bleu import BLEU

from astor.errors import UserError
from astor.evaluation.score import find_score, score_verdicts
from astor.records import Outcome, Verdict
from astor.tasks.overlap import bleu_counts


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


def test_malformed_answers_are_counted_apart():
    scores, _ = measure([verdict("a", 0, 0.0, outcome=Outcome.MALFORMED), *(verdict("a", i, 0.0) for i in (1, 2, 3))])
    assert scores.value("code", "malformed") == 0.25


def test_pass_at_k_is_measured_where_benchmarks_measure_it():
    scores, _ = measure([verdict("a", i, float(i == 0)) for i in range(12)])
    measured = {score.metric: score.value for score in scores.scores if score.metric.startswith("pass@")}
    assert measured == {f"pass@{k}": pytest.approx(k / 12) for k in (1, 5, 10, 12)}


def test_kinds_of_prompts_have_scores_of_their_own():
    verdicts = [
        verdict(prompt, 0, score, task="io").model_copy(update={"kind": kind})
        for prompt, kind, score in [("a", "output", 1.0), ("b", "output", 0.0), ("c", "input", 1.0)]
    ]
    scores, items = measure(verdicts)
    assert (scores.value("io", "pass@1/output"), scores.value("io", "pass@1/input")) == (0.5, 1.0)
    assert {item.prompt_id for item in items if item.metric == "pass@1/output"} == {"a", "b"}


def test_what_is_counted_over_all_answers_is_one_figure():
    answers = [("the small fix", "the fix"), ("add a test of it", "add a test"), ("", "remove the old file")]
    verdicts = [
        verdict("ab"[number > 0], number, 0.0).model_copy(update={"counts": {"corpus_bleu": bleu_counts(*answer)}})
        for number, answer in enumerate(answers)
    ]
    scores, items = measure([*verdicts, failure("b", 3)])
    score = find_score(scores, "code", "corpus_bleu")
    texts, references = zip(*answers, strict=True)
    assert score.value == pytest.approx(BLEU(lowercase=True).corpus_score(list(texts), [list(references)]).score / 100)
    assert score.count == 2
    assert 0 <= score.low <= score.value <= score.high <= 1
    assert "corpus_bleu" not in {item.metric for item in items}
