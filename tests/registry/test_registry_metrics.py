"""The names that MLflow's curves have."""

import pytest

from astor.evaluation.hand_overs import HandOvers
from astor.records import GateDecision, MetricComparison, Score, Scores, TaskStatistics, TaskUpdate, UpdateReport
from astor.registry.metrics import EVERY_ROUND, gate_metrics, main_metrics, metric_name, round_metrics, score_metrics

STATISTICS = TaskStatistics(
    quota=16,
    share=0.25,
    kl_coefficient=0.02,
    kl_multiplier=1.0,
    utility=0.4,
    potential=0.5,
    synergy=0.1,
    prompts=16,
    informative=12,
    dropped=0,
    score=0.3,
    reward=0.37,
    tokens=900,
    mean_tokens=7.0,
)
UPDATE = TaskUpdate(
    tokens=800,
    informative_groups=12,
    anchors=4,
    loss_before=0.0,
    loss_after=-0.01,
    kl=0.02,
    entropy=0.8,
    clipped_share=0.01,
    engine_difference=1e-5,
)


def report(**changes):
    values = {
        "round": 0,
        "tasks": {"io": UPDATE},
        "optimizer_steps": 4,
        "skipped_steps": 0,
        "gradient_norm": 0.7,
        "learning_rate": 5e-4,
    }
    return UpdateReport(**values | changes)


def scores(split, value, *more):
    rows = (("io", "score", value), ("all", "mean", value), *more)
    measured = tuple(
        Score(task=task, metric=metric, value=value, low=0, high=1, count=9) for task, metric, value in rows
    )
    return Scores(policy_digest="p", split=split, round=20, scores=measured)


def test_a_round_is_of_the_split_train_and_of_a_task_or_all():
    metrics = round_metrics({"io": STATISTICS}, report())
    assert metrics["train/io/acceptance"] == 0.75
    assert metrics["train/io/kl"] == 0.02
    assert metrics["train/io/quota"] == 16
    assert metrics["train/all/learning_rate"] == metrics[EVERY_ROUND] == 5e-4
    assert "train/io/gradient_norm" not in metrics
    assert {name.count("/") for name in metrics} == {2}


def test_what_servers_were_given_is_of_all_tasks():
    metrics = round_metrics({"io": STATISTICS}, report(), hand_overs=HandOvers(1, 3.0, 2e9, 60.0))
    given = {name.rpartition("/")[2]: value for name, value in metrics.items() if "hand_over" in name}
    assert given == {"hand_over_seconds": 3.0, "hand_over_bytes": 2e9, "hand_over_share": 0.05}
    evaluated = score_metrics(scores("held_out", 0.4), HandOvers(1, 3.0, 2e9, 60.0))
    assert {name: value for name, value in evaluated.items() if "hand_over" in name} == {
        f"held_out/all/{name}": value for name, value in given.items()
    }


def test_what_was_not_measured_is_left_out():
    metrics = round_metrics({"io": STATISTICS.model_copy(update={"prompts": 0, "informative": 0})}, None)
    assert "train/io/acceptance" not in metrics
    assert not any(name.startswith("train/all") for name in metrics)


def test_an_evaluation_is_of_its_split_and_greedy_scores_say_so():
    measured = scores("held_out", 0.4, ("io", "pass@4/input", 0.6))
    assert score_metrics(measured) == {
        "held_out/io/score": 0.4,
        "held_out/all/mean": 0.4,
        "held_out/io/pass@4_input": 0.6,
    }
    assert main_metrics(measured, "greedy") == {"held_out/io/greedy_score": 0.4, "held_out/all/greedy_mean": 0.4}


def comparison(metric, difference):
    return MetricComparison(
        metric=metric,
        champion=0.3,
        challenger=0.3 + difference,
        difference=difference,
        low=difference - 0.04,
        high=difference + 0.04,
        deviation=0.3,
        prompts=120,
        verdict="non-inferior",
    )


def test_the_gate_has_both_scores_and_what_it_decided_by():
    decision = GateDecision(
        promoted=True,
        reason="Better.",
        mean_difference=0.1,
        low=0.05,
        high=0.15,
        tasks={"io": (comparison("score", 0.1), comparison("second_call", 0.02))},
        champion_digest="a",
        challenger_digest="b",
    )
    metrics = gate_metrics(decision, scores("promotion", 0.3), scores("promotion", 0.4))
    assert metrics["promotion/io/score"] == 0.4
    assert metrics["promotion/io/champion_score"] == 0.3
    assert metrics["promotion/io/difference"] == 0.1
    assert metrics["promotion/io/metric_difference"] == 0.02
    assert metrics["promotion/io/metric_difference_low"] == pytest.approx(-0.02)
    assert metrics["promotion/all/difference_low"] == 0.05


def test_names_are_in_mlflows_characters():
    assert metric_name("held_out/my task (hard)/pass@4") == "held_out/my task _hard_/pass_at_4"
