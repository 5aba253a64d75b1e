"""Alarms tell people what a round showed, against bounds that the recipe sets."""

import math

import pytest

from astor.evaluation.alarms import Alarm, AlarmOptions, find_alarms, tell_alarms
from astor.records import TaskStatistics, TaskUpdate, UpdateReport

BOUNDS = AlarmOptions(entropy_above=2.0, length_below=0.1)


def rung(length: float = 5.0, tokens: int = 100, options: AlarmOptions = BOUNDS, **measured: float | None) -> list[str]:
    """Bounds left in a round of one task whose answers may have 10 tokens."""
    statistics = TaskStatistics(
        quota=1,
        share=1.0,
        kl_coefficient=0.0,
        kl_multiplier=1.0,
        utility=0.0,
        potential=0.0,
        synergy=0.0,
        prompts=1,
        informative=1,
        dropped=0,
        score=0.0,
        reward=0.0,
        tokens=tokens,
        mean_tokens=length,
    )
    values = {"kl": 0.0, "entropy": 0.5, "clipped_share": 0.0, "engine_difference": 1e-6, "loss_before": 0.0} | measured
    update = TaskUpdate(tokens=tokens, informative_groups=1, anchors=0, **values)
    report = UpdateReport(
        round=0, tasks={"io": update}, optimizer_steps=1, skipped_steps=0, gradient_norm=0.1, learning_rate=1e-3
    )
    return [alarm.bound for alarm in find_alarms(options, {"io": statistics}, report, {"io": 10})]


def test_within_its_bounds_a_task_is_left_alone() -> None:
    assert rung() == []


@pytest.mark.parametrize(
    ("measured", "bound"),
    [
        ({"entropy": 0.009}, "entropy_below"),
        ({"entropy": 2.1}, "entropy_above"),
        ({"length": 9.6}, "length_above"),
        ({"length": 0.9}, "length_below"),
        ({"engine_difference": 1.5}, "engine_difference"),
        ({"engine_difference": math.nan}, "engine_difference"),
    ],
)
def test_each_bound_that_it_leaves_is_an_alarm(measured: dict[str, float], bound: str) -> None:
    assert rung(**measured) == [bound]
    assert rung(**measured, options=BOUNDS.model_copy(update={bound: None})) == []


def test_what_was_not_measured_is_no_alarm() -> None:
    assert rung(tokens=0, length=0.0, entropy=0.0, engine_difference=None) == []


def test_they_are_told_with_the_rounds_in_which_they_rang() -> None:
    told = tell_alarms(BOUNDS, {Alarm("io", "length_above"): [3], Alarm("io", "entropy_below"): [4, 7]})
    assert told == (
        "entropy of io below 0.01 nats, in 2 rounds, first in round 4; "
        "answers to io longer than 95% of max_tokens in the mean, in 1 round, first in round 3"
    )
