"""Scores, and the per-item results that let two policies be compared in pairs."""

from typing import ClassVar

from astor.records.record import Record
from astor.storage import PolicyRef


class ItemScore(Record):
    """One prompt's mean over its samples."""

    prompt_id: str
    """Which prompt."""
    task: str
    """Key of its task in the recipe."""
    metric: str
    """`score`, or what a task measures besides, as `pass@4`."""
    value: float
    """Mean over its samples, in [0, 1] but for `tokens`."""
    samples: int
    """Answers that were judged; those that we failed to judge are not among them."""


class Score(Record):
    """One task and metric: a mean over prompts with its 95 % interval."""

    task: str
    """Key of the task in the recipe; `all` for the mean of all."""
    metric: str
    """As in `ItemScore`; `mean` of `all` is the mean of the tasks' scores."""
    value: float
    """Mean over prompts."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of it."""
    count: int
    """Prompts."""


class Scores(Record):
    """What one policy scored on one batch of prompts."""

    policy_digest: str
    """The policy that was evaluated."""
    split: str
    """`held_out` or `promotion`."""
    round: int
    """Updates behind the policy."""
    scores: tuple[Score, ...]
    """One per task and metric."""
    outcomes: dict[str, dict[str, int]] = {}
    """Task → outcome → rollouts."""
    infrastructure_errors: int = 0
    """Answers that we failed to judge, which count nowhere else."""

    def value(self, task: str, metric: str = "score") -> float:
        """The mean of `metric` on `task`; KeyError where it was not measured."""
        for score in self.scores:
            if (score.task, score.metric) == (task, metric):
                return score.value
        raise KeyError((task, metric))


class GateDecision(Record):
    """Whether a challenger takes the champion's place, and why."""

    promoted: bool
    """Whether it does."""
    reason: str
    """One sentence for people."""
    mean_difference: float
    """Of the mean of the tasks' sampled scores, challenger minus champion."""
    low: float
    """Lower end of its interval."""
    high: float
    """Paired 95 % interval of the mean difference, challenger minus champion."""
    task_differences: dict[str, float]
    """Task → difference of its score."""
    metric_differences: dict[str, float]
    """Task → difference of the metric that was not its reward."""
    champion_digest: str
    """The policy that was compared with."""
    challenger_digest: str
    """The run's last policy."""


class Champion(Record):
    """The policy that a challenger is compared with."""

    schema_version: ClassVar[int] = 2

    policy: PolicyRef
    """Its digest, its descent and where it lies."""
