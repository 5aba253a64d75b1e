"""Bandits over tasks are their papers' formulas, step by step, with a round that one task is absent from."""

from collections.abc import Callable
from itertools import chain

import numpy as np
import pytest

from astor.coordination.observation import PromptObservation, RoundObservation, TaskObservation
from astor.coordination.schedulers.dump import DumpOptions, DumpScheduler
from astor.coordination.schedulers.learnability import LearnabilityOptions, LearnabilityScheduler
from astor.coordination.schedulers.pac import PacOptions, PacScheduler
from astor.coordination.schedulers.sec import SecOptions, SecScheduler
from astor.coordination.weighted import WeightedScheduler

KEYS = ("a", "b", "c")
ABSENT = (3, "b")
Seen = dict[str, list[PromptObservation]]


def played() -> list[Seen]:
    """Seven rounds of two to six prompts a task, each with eight answers."""
    random, rounds = np.random.default_rng(3), []
    for round in range(7):
        seen: Seen = {key: [] for key in KEYS if (round, key) != ABSENT}
        for key, groups in seen.items():
            for number in range(random.integers(2, 7)):
                scores = (random.random(8) < {"a": 0.2, "b": 0.5, "c": 0.9}[key]).astype(float)
                told = tuple(scores.tolist())
                advantages = tuple((scores - scores.mean()).tolist())
                groups.append(PromptObservation(f"{key}-{number:04d}", told, told, advantages, np.ptp(scores) > 0))
        rounds.append(seen)
    return rounds


def shown(scheduler: WeightedScheduler) -> WeightedScheduler:
    for number, seen in enumerate(played()):
        scheduler.next_round(12)
        scheduler.observe(RoundObservation(number, {key: TaskObservation(tuple(each)) for key, each in seen.items()}))
    return scheduler


def column(key: str, measure: Callable[[PromptObservation], float]) -> list[list[float]]:
    """For each round that the task was in, what its prompts show."""
    return [[measure(prompt) for prompt in seen[key]] for seen in played() if key in seen]


def advantage(prompt: PromptObservation) -> float:
    return float(np.mean(np.abs(prompt.advantages)))


def softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max())
    return powers / powers.sum()


@pytest.fixture
def tasks(make_tasks):
    return make_tasks(*KEYS)


def test_sec(tasks) -> None:
    scheduler = shown(SecScheduler(SecOptions(), tasks, 0))
    values = np.zeros(3)
    for index, key in enumerate(KEYS):
        for of_round in column(key, advantage):
            values[index] = 0.5 * values[index] + 0.5 * np.mean(of_round)
    assert scheduler.weights(7) == pytest.approx(softmax(values / 0.2))


def test_dump(tasks) -> None:
    scheduler = shown(DumpScheduler(DumpOptions(window=10), tasks, 0))
    every = [list(chain(*column(key, advantage))) for key in KEYS]
    counts = np.array([len(values) for values in every])
    assert counts.min() > 10, "the window binds"
    known = np.array([np.mean(values[-10:]) for values in every])
    bonus = np.sqrt(2 * np.log(counts.sum() + 1) / (counts + 1))
    assert scheduler.weights(7) == pytest.approx(softmax((known + bonus) / 0.1))


def test_learnability(tasks) -> None:
    scheduler = shown(LearnabilityScheduler(LearnabilityOptions(), tasks, 0))
    values = np.zeros(3)
    for index, key in enumerate(KEYS):
        first, *later = (np.mean(of_round) for of_round in column(key, lambda prompt: float(np.var(prompt.scores))))
        values[index] = first
        for value in later:
            values[index] = 0.88 * values[index] + 0.12 * value
    assert scheduler.weights(7) == pytest.approx(0.85 * values / values.sum() + 0.05)


def test_pac(tasks) -> None:
    scheduler = shown(PacScheduler(PacOptions(warm_up_rounds=0, window=4), tasks, 0))
    means, variances = np.ones(3), np.ones(3)
    advantages, scores = ([[] for _ in KEYS] for _ in range(2))
    for seen in played():
        for index, key in enumerate(KEYS):
            if key in seen:
                advantages[index].append(np.mean([advantage(prompt) for prompt in seen[key]]))
                scores[index].append(np.mean([np.mean(prompt.scores) for prompt in seen[key]]))
        last = [values[-4:] for values in scores]
        slopes = np.array([np.polyfit(range(len(each)), each, 1)[0] if len(each) > 1 else 0.0 for each in last])
        progress = slopes / max(np.abs(slopes).sum(), 1e-12)
        utilities = (1 + progress) * [np.mean(values[-4:]) for values in advantages]
        total = sum(len(each) for each in seen.values())
        for index, key in enumerate(KEYS):
            variances[index] += 0.02
            weight = len(seen.get(key, ())) / (total / 3)
            updated = 1 / (1 / variances[index] + weight)
            means[index] = updated * (means[index] / variances[index] + weight * utilities[index])
            variances[index] = updated
    assert scheduler.means == pytest.approx(means)
    assert scheduler.variances == pytest.approx(variances)
    drawn = np.random.default_rng(0).normal(means, np.sqrt(variances), (50_000, 3)).argmax(axis=1)
    assert scheduler.weights(7) == pytest.approx(np.bincount(drawn, minlength=3) / 50_000, abs=0.03)
