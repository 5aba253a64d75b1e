"""Scores, and the per-item results that let two policies be compared in pairs."""

from typing import ClassVar, Literal

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
    """`held_out` or `promotion`, or the name of a suite."""
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


class MetricComparison(Record):
    """Two policies on one task by one metric, over the prompts that both were measured on."""

    metric: str
    """`score`, or the metric that was not the reward."""
    champion: float
    """Its mean over prompts, in [0, 1]."""
    challenger: float
    """The same of the challenger."""
    difference: float
    """Challenger minus champion."""
    low: float
    """Lower end of the one-sided 95 % interval of the difference."""
    high: float
    """Upper end of the other one-sided 95 % interval."""
    deviation: float
    """Standard deviation of the difference over prompts."""
    prompts: int
    """On which both were measured."""
    verdict: Literal["non-inferior", "worse", "undecided"]
    """Whether the task keeps what it may not lose."""
    prompts_needed: int | None = None
    """Of an undecided comparison: prompts that would show it non-inferior with 80 % power if nothing had changed."""


class Guard(Record):
    """One thing besides the scores that a challenger must keep to on a task."""

    name: Literal["length", "malformed", "hard_coded", "perturbed"]
    """What is looked at: tokens of an answer; the share of answers that cannot be read; that of programs which return
    what shown tests expect; how much fewer programs are right where a shown test is wrong."""
    task: str
    """Whose answers."""
    champion: float
    """What it is for the champion."""
    challenger: float
    """The same for the challenger."""
    limit: float
    """Of `length` the largest ratio, of the others the largest rise."""
    low: float | None = None
    """Lower end of the one-sided 95 % interval of the rise, challenger minus champion; None of `length`."""
    high: float | None = None
    """Upper end of the other one-sided 95 % interval."""
    passed: bool
    """Whether the challenger keeps to it."""


class GateDecision(Record):
    """Whether a challenger takes the champion's place, why, and every number that decided it."""

    schema_version: ClassVar[int] = 3

    promoted: bool
    """Whether it does."""
    reason: str
    """One sentence for people, and one for each task or guard that blocks."""
    mean_difference: float
    """Of the mean of the tasks' sampled scores, challenger minus champion."""
    low: float
    """Lower end of its interval."""
    high: float
    """Paired two-sided 95 % interval of the mean difference over tasks, challenger minus champion."""
    margin: float = 0.0
    """What a task may lose."""
    tasks: dict[str, tuple[MetricComparison, MetricComparison]] = {}
    """Task → its score, and its metric that was not its reward."""
    guards: tuple[Guard, ...] = ()
    """What else was looked at."""
    greedy: dict[str, tuple[float, float]] = {}
    """Task → greedy scores of champion and challenger, for people: they decide nothing."""
    champion_digest: str
    """The policy that was compared with."""
    challenger_digest: str
    """The run's candidate: of its evaluated checkpoints the best on held-out prompts."""
    challenger_round: int = 0
    """Rounds behind it."""


class Power(Record):
    """Whether the gate has prompts enough, as far as that is known before anything is measured."""

    needed: int
    """Prompts of a task that show it non-inferior with 80 % power where nothing changed."""
    deviation: float
    """Standard deviation of a prompt's difference that this assumes."""
    prompts: dict[str, int]
    """Task → promotion prompts that there are."""

    @property
    def few(self) -> dict[str, int]:
        """Tasks with fewer than are needed."""
        return {task: count for task, count in self.prompts.items() if count < self.needed}


class Champion(Record):
    """The policy that a challenger is compared with."""

    schema_version: ClassVar[int] = 2

    policy: PolicyRef
    """Its digest, its descent and where it lies."""
