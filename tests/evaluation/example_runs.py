"""Histories to render: what a run of the quickstart looks like, with noise and gaps."""

import numpy as np

from astor.evaluation.hand_overs import HandOvers
from astor.evaluation.history import Pair, RunHistory
from astor.records import (
    Completion,
    GateDecision,
    Guard,
    Message,
    MetricComparison,
    Outcome,
    Prompt,
    Score,
    Scores,
    Split,
    TaskStatistics,
    TaskUpdate,
    UpdateReport,
    Verdict,
)

TASKS = {
    # first and last score, spread at first and last, answer length
    "code_generation": (0.42, 0.63, 0.30, 0.16, 11),
    "commit_message": (0.45, 0.59, 0.18, 0.08, 9),
    "io_prediction": (0.21, 0.31, 0.60, 0.30, 4),
    "unit_tests": (0.02, 0.21, 0.08, 0.55, 24),
}


OTHER_METRICS = ("second_tests", "meteor", "second_call", "branch_coverage")


def comparison(metric, before, after):
    return MetricComparison(
        metric=metric,
        champion=before,
        challenger=after,
        difference=after - before,
        low=after - before - 0.043,
        high=after - before + 0.043,
        deviation=0.28,
        prompts=117,
        verdict="non-inferior" if after - before - 0.043 >= -0.05 else "undecided",
        prompts_needed=None if after - before - 0.043 >= -0.05 else 196,
    )


def scores(digest, round, values, lift=0.0):
    rows = [
        Score(task=task, metric="score", value=v + lift, low=v + lift - 0.05, high=v + lift + 0.06, count=120)
        for task, v in values.items()
    ]
    mean, worst = sum(v.value for v in rows) / len(rows), min(rows, key=lambda row: row.value)
    rows.append(Score(task="all", metric="mean", value=mean, low=mean - 0.025, high=mean + 0.025, count=480))
    rows.append(worst.model_copy(update={"task": "all", "metric": "worst"}))
    return Scores(policy_digest=digest, split="held_out", round=round, scores=tuple(rows))


def make_rounds(count, sketched=True, tasks=TASKS, seed=0):
    random = np.random.default_rng(seed)
    for number in range(count):
        done = number / max(count - 1, 1)
        learned = 1 - np.exp(-3 * done)
        statistics, updates = {}, {}
        weights = np.exp([2 * (s0 + (s1 - s0) * learned) for _, _, s0, s1, _ in tasks.values()])
        for (task, (first, last, spread0, spread1, length)), weight in zip(tasks.items(), weights, strict=True):
            share = 1 / len(tasks) if done < 0.1 else float(weight / weights.sum())
            prompts = round(64 * share)
            spread = spread0 + (spread1 - spread0) * learned
            score = float(np.clip(first + (last - first) * learned + random.normal(0, 0.05), 0, 1))
            informative = int(random.binomial(prompts, min(spread + 0.3, 1)))
            synergy = (
                float(np.clip(0.3 * np.sin(6 * done + length) + random.normal(0, 0.05), -1, 1)) if sketched else 0.0
            )
            rollouts = prompts * 8
            passed, malformed = int(rollouts * score * 0.8), int(rollouts * 0.08 * (1 - done))
            outcomes = {
                "passed": passed,
                "malformed": malformed,
                "timeout": 2,
                "failed": rollouts - passed - malformed - 3,
            }
            outcomes["forbidden"] = 1
            statistics[task] = TaskStatistics(
                quota=prompts,
                share=share,
                kl_coefficient=0.02 * share**-0.5 / 2,
                kl_multiplier=share**-0.5 / 2,
                utility=spread * (1 + 0.5 * synergy),
                potential=spread + float(random.normal(0, 0.01)),
                synergy=synergy,
                noise=1.0 if done < 0.2 or not sketched else 0.4,
                prompts=prompts,
                informative=informative,
                dropped=0,
                score=score,
                first_score=score - 0.1 if done < 0.5 else None,
                reward=0.9 * score + 0.1,
                tokens=rollouts * length,
                mean_tokens=length + float(random.normal(0, 0.5)) - 3 * done,
                outcomes=outcomes,
            )
            updates[task] = TaskUpdate(
                tokens=rollouts * length,
                informative_groups=informative,
                anchors=prompts - informative,
                loss_before=0.0,
                loss_after=-0.01,
                kl=float(0.25 * learned * (1 + length / 40) + abs(random.normal(0, 0.01))),
                entropy=float(0.9 - 0.4 * learned + random.normal(0, 0.03)) * (1 + length / 60),
                gradient_norm=0.3 * (1 + spread) / length**0.5,
                clipped_share=0.02,
                engine_difference=1e-5,
            )
        report = UpdateReport(
            round=number, tasks=updates, optimizer_steps=4, skipped_steps=0, gradient_norm=0.5, learning_rate=5e-4
        )
        yield number, statistics, report


def sample(task, prompt, answer, outcome, score, detail=""):
    return (
        Prompt(
            id=f"{task}-1",
            item_id="i",
            task=task,
            split=Split.HELD_OUT,
            messages=(Message(role="user", content=prompt),),
        ),
        Completion(
            prompt_id=f"{task}-1",
            rollout=0,
            task=task,
            policy_digest="b" * 64,
            prompt_tokens=(1, 2),
            tokens=(1,) * 9,
            logp_rollout=(-0.1,) * 9,
            loss_mask=(True,) * 9,
            text=answer,
            finish_reason="stop",
        ),
        Verdict(prompt_id=f"{task}-1", rollout=0, task=task, outcome=outcome, score=score, format=1.0, detail=detail),
    )


HOSTILE = "assert f([1, 2]) == 4\nassert f([]) == 2 <script>alert('x')</script>"
SAMPLES = (
    sample("code_generation", "write f for list: first item", "def f(a):\n    return a[0]", Outcome.PASSED, 1.0),
    sample(
        "commit_message", "commit\n-    x = max(x, 3)\n+    x = max(x, 5)", "at least 5, not 3", Outcome.PASSED, 0.74
    ),
    sample("io_prediction", "def f(x):\n    return x * 2\nf(4) == ?", "16", Outcome.FAILED, 0.0, "answered 16"),
    sample("unit_tests", "test\ndef f(a):\n    return len(a) + 2", HOSTILE, Outcome.MALFORMED, 0.0, "line 2"),
)


def rise(name, task, champion, challenger):
    """A guard on something that shall not rise."""
    low, high = challenger - champion - 0.06, challenger - champion + 0.06
    return Guard(
        name=name, task=task, champion=champion, challenger=challenger, limit=0.02, low=low, high=high, passed=True
    )


def long_run(count=120):
    first = {task: values[0] for task, values in TASKS.items()}
    last = {task: values[1] for task, values in TASKS.items()}
    return RunHistory(
        recipe_name="quickstart",
        recipe_digest="4f1c09ab77d2" * 5,
        rounds=list(make_rounds(count)),
        temperature=0.7,
        answers=4,
        sampled=Pair(scores("a" * 64, 0, first), scores("b" * 64, count, last)),
        greedy=Pair(scores("a" * 64, 0, first, 0.06), scores("b" * 64, count, last, 0.03)),
        promotion_prompts=dict.fromkeys(TASKS, 117),
        facts={"seed": "7", "begun": "2026-01-02 03:04:05 UTC", "processor": "EPYC, 2 cores (avx2)"},
        evaluations=[
            scores("e" * 64, at, {task: first[task] + (last[task] - first[task]) * at / count for task in TASKS})
            for at in range(20, count, 20)
        ],
        decision=GateDecision(
            promoted=True,
            reason="Better: mean sampled score on promotion prompts +0.148, 95 % interval [+0.121, +0.175].",
            mean_difference=0.148,
            low=0.121,
            high=0.175,
            margin=0.05,
            tasks={
                task: (
                    comparison("score", first[task], last[task]),
                    comparison(metric, first[task], first[task] + gain),
                )
                for task, metric, gain in zip(TASKS, OTHER_METRICS, (0.19, 0.08, 0.11, -0.004), strict=True)
            },
            guards=[
                Guard(name="length", task="unit_tests", champion=24, challenger=31, limit=2, passed=True),
                rise("malformed", "unit_tests", 0.3, 0.08),
                rise("perturbed", "code_generation", 0.11, 0.12),
            ],
            greedy={task: (first[task] + 0.06, last[task] + 0.03) for task in TASKS},
            champion_digest="a" * 64,
            challenger_digest="b" * 64,
        ),
        seconds={
            "prepare": 4.1, "initialise": 81.3, "rollout": 55.2, "verify": 31.0, "score": 4.5, "update": 88.7,
        },
        hand_overs=HandOvers(120, 9.4, 3.2e9, 180.0),
        evaluation_hand_overs=HandOvers(7, 2.0, 1.6e8, 8.0),
        samples=SAMPLES,
        model="astor/3",
        alias="champion",
    )  # fmt: skip


def short_run():
    tasks = {"code_generation": TASKS["code_generation"]}
    return RunHistory(
        recipe_name="one-round",
        recipe_digest="c" * 64,
        rounds=list(make_rounds(1, sketched=False, tasks=tasks)),
        temperature=1.0,
        answers=1,
        sampled=Pair(*(scores(digest * 64, at, {"code_generation": 0.3}) for at, digest in enumerate("ab"))),
    )
