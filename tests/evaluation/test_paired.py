"""Policies are compared on the same prompts, or not at all."""

import pytest

from astor.errors import UserError
from astor.evaluation.paired import paired_difference
from astor.records import ItemScore


def items(task, values, metric="score", samples=4):
    return [
        ItemScore(prompt_id=f"{task}-{i}", task=task, metric=metric, value=v, samples=samples)
        for i, v in enumerate(values)
    ]


def test_pairing_sees_what_the_spread_of_prompts_hides():
    before = [0.1, 0.9, 0.3, 0.7, 0.0, 0.5]
    after = [0.2, 1.0, 0.41, 0.8, 0.09, 0.6]
    difference = paired_difference(items("a", before), items("a", after), {"a": "score"})
    assert difference.mean.value == pytest.approx(0.1)
    assert difference.mean.low > 0.09
    assert difference.prompts == 6


def test_tasks_weigh_the_same():
    before = items("a", [0.0, 0.0]) + items("b", [0.5] * 10)
    after = items("a", [0.4, 0.4]) + items("b", [0.5] * 10)
    difference = paired_difference(before, after, {"a": "score", "b": "score"})
    assert difference.mean.value == pytest.approx(0.2)
    assert difference.tasks["a"].value == pytest.approx(0.4)


def test_other_prompts_are_refused():
    with pytest.raises(UserError, match="1 prompts of a were answered by one of the two policies only, as a-2"):
        paired_difference(items("a", [0, 0, 0]), items("a", [1, 1]), {"a": "score"})


def test_a_prompt_that_could_not_be_measured_on_one_policy_is_left_out():
    unmeasured = [ItemScore(prompt_id="a-1", task="a", metric="score", value=0, samples=0)]
    difference = paired_difference(items("a", [0.5]) + unmeasured, items("a", [0.7, 0.1]), {"a": "score"})
    assert difference.prompts == 1
    assert difference.mean.value == pytest.approx(0.2)


def test_a_metric_that_one_policy_never_earned_counts_0_for_it():
    before = items("a", [0.0, 0.0])
    after = items("a", [1.0, 1.0]) + items("a", [0.4, 0.6], metric="coverage")
    assert paired_difference(before, after, {"a": "coverage"}).mean.value == pytest.approx(0.5)


def test_an_unknown_metric_is_named():
    with pytest.raises(UserError, match="measured by 'bleu' on a"):
        paired_difference(items("a", [0.0]), items("a", [0.0]), {"a": "bleu"})
