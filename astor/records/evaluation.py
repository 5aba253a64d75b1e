"""Scores, and the per-item results that let two policies be compared in pairs."""

from typing import ClassVar

from astor.records.record import Record
from astor.storage import PolicyRef


class ItemScore(Record):
    """One prompt's mean over its samples."""

    prompt_id: str
    task: str
    metric: str
    value: float
    samples: int


class Score(Record):
    """One task and metric: a mean over prompts with its 95 % interval."""

    task: str
    metric: str
    value: float
    low: float
    high: float
    count: int
    """Prompts."""


class Scores(Record):
    """What one policy scored on one batch of prompts."""

    policy_digest: str
    split: str
    round: int
    scores: tuple[Score, ...]
    outcomes: dict[str, dict[str, int]] = {}
    """Task → outcome → rollouts."""
    infrastructure_errors: int = 0

    def value(self, task: str, metric: str = "score") -> float:
        """The mean of `metric` on `task`; KeyError where it was not measured."""
        for score in self.scores:
            if (score.task, score.metric) == (task, metric):
                return score.value
        raise KeyError((task, metric))


class GateDecision(Record):
    """Whether a challenger takes the champion's place, and why."""

    promoted: bool
    reason: str
    """One sentence for people."""
    mean_difference: float
    low: float
    high: float
    """Paired 95 % interval of the mean difference, challenger minus champion."""
    task_differences: dict[str, float]
    metric_differences: dict[str, float]
    """Task → difference of the metric that was not its reward."""
    champion_digest: str
    challenger_digest: str


class Champion(Record):
    """The policy that a challenger is compared with."""

    schema_version: ClassVar[int] = 2

    policy: PolicyRef
