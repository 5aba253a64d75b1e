"""A run as a report sees it, and the curves that it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from astor.evaluation.changes import Fall, falls, paired_changes
from astor.evaluation.hand_overs import HandOvers
from astor.evaluation.intervals import FEW_PROMPTS, Interval
from astor.evaluation.turns import TurnScore
from astor.records import (
    Completion,
    GateDecision,
    ItemScore,
    Prompt,
    Scores,
    TaskStatistics,
    TaskUpdate,
    UpdateReport,
    Verdict,
)

Changes = Mapping[tuple[str, str], Interval]
"""Task and metric → the paired difference."""
Round = tuple[int, Mapping[str, TaskStatistics], UpdateReport | None]
"""Number, what the coordination saw of each task, and what the update did; None where there was none."""
Sample = tuple[Prompt, Completion, Verdict]
Series = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two policies on the same prompts, and every prompt's results."""

    before: Scores
    after: Scores
    items_before: Sequence[ItemScore] = ()
    items_after: Sequence[ItemScore] = ()

    @cached_property
    def changes(self) -> Changes:
        """After less before, prompt by prompt."""
        return paired_changes(self.items_before, self.items_after)

    @cached_property
    def falls(self) -> list[Fall]:
        """What is worse after than before."""
        return falls(self.before, self.after, self.changes)


@dataclass(frozen=True)
class RunHistory:
    """Everything that a report shows of one run."""

    recipe_name: str
    recipe_digest: str
    temperature: float
    """Of sampled answers."""
    answers: int
    """Sampled answers to each prompt."""
    rounds: Sequence[Round]
    sampled: Pair
    """The first policy and the last on held-out prompts, sampled."""
    greedy: Pair | None = None
    """The same, greedily."""
    evaluations: Sequence[Scores] = ()
    """Sampled scores on held-out prompts between the two, in the order of rounds."""
    decision: GateDecision | None = None
    promotion_prompts: Mapping[str, int] = field(default_factory=dict)
    """Task → prompts that the gate compared on."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the run needs to be repeated, in words: name → value."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Kind of step → wall seconds of all steps of the kind."""
    hand_overs: HandOvers | None = None
    """Of the rounds; None where no servers sampled."""
    evaluation_hand_overs: HandOvers | None = None
    """Of the evaluations; None where no servers sampled."""
    samples: Sequence[Sample] = ()
    turns_before: Mapping[str, Sequence[TurnScore]] = field(default_factory=dict)
    """Task → the first policy over turns, on hidden tests; empty where no task has any."""
    turns_after: Mapping[str, Sequence[TurnScore]] = field(default_factory=dict)
    """The last policy, from the same first programs."""
    alarms: str = ""
    """Which rang, and in how many rounds, in words."""
    model: str | None = None
    """Registered model and version, as `astor/3`."""
    alias: str | None = None

    @property
    def tasks(self) -> list[str]:
        """Tasks in the order in which every picture and table shows them."""
        return sorted({score.task for score in (*self.before.scores, *self.after.scores)} - {"all"})

    @property
    def before(self) -> Scores:
        """The first policy's sampled scores."""
        return self.sampled.before

    @property
    def after(self) -> Scores:
        """The last policy's."""
        return self.sampled.after

    @property
    def falls(self) -> dict[str, list[Fall]]:
        """How answers were drawn → what is worse after than before."""
        return {"sampled": self.sampled.falls} | ({"greedy": self.greedy.falls} if self.greedy else {})

    @property
    def unchanged(self) -> str:
        """Why the last policy is the first one; empty where it is another."""
        return why_unchanged(self.sampled, [statistics for _, statistics, _ in self.rounds])

    @property
    def few(self) -> dict[str, int]:
        """Task → held-out or promotion prompts, whichever are fewer, where they are too few."""
        return few_prompts(self.before, self.promotion_prompts)

    def sums(self, value: Callable[[TaskStatistics], float]) -> dict[str, float]:
        """Task → sum of `value` over the rounds."""
        return {
            task: float(sum(value(statistics[task]) for _, statistics, _ in self.rounds if task in statistics))
            for task in self.tasks
        }

    def outcomes(self) -> dict[str, dict[str, int]]:
        """Task → outcome → rollouts of all rounds."""
        totals: dict[str, dict[str, int]] = {task: {} for task in self.tasks}
        for _, statistics, _ in self.rounds:
            for task, of_task in statistics.items():
                for outcome, count in of_task.outcomes.items():
                    counts = totals.setdefault(task, {})
                    counts[outcome] = counts.get(outcome, 0) + count
        return totals


def few_prompts(held_out: Scores, promotion_prompts: Mapping[str, int]) -> dict[str, int]:
    """Task → held-out or promotion prompts, whichever are fewer, where they are too few for a score to say much."""
    counts = {score.task: score.count for score in held_out.scores if score.metric == "score"}
    fewest = {task: min(count, promotion_prompts.get(task, count)) for task, count in counts.items()}
    return {task: count for task, count in sorted(fewest.items()) if count < FEW_PROMPTS}


def why_unchanged(pair: Pair, rounds: Sequence[Mapping[str, TaskStatistics]]) -> str:
    """Why the policy after the rounds is the one before them; empty where it is another."""
    if pair.before.policy_digest != pair.after.policy_digest:
        return ""
    same = "The policy never changed: its digest is that of the first one."
    if not rounds:
        return f"{same} There was no round."
    if any(of_task.informative for tasks in rounds for of_task in tasks.values()):
        return f"{same} Rewards differed, but every update was skipped or too small."
    best = max(of_task.reward for tasks in rounds for of_task in tasks.values())
    return (
        f"{same} All rewards of each prompt were equal in every round, in the mean of a task {best:.3f} at most, so "
        "there was nothing to learn from: give easier prompts, more rollouts, or a policy that can do some of them."
    )


@dataclass(frozen=True)
class Curve:
    """One quantity per task over the rounds."""

    key: str
    title: str
    caption: str
    label: str
    """Axis label: the quantity's unit."""
    of_statistics: Callable[[TaskStatistics], float] | None = None
    of_update: Callable[[TaskUpdate], float] | None = None
    top: float | None = None
    """Upper end of the axis where the quantity has a natural one."""
    neutral: float | None = None
    """What the quantity is until something is measured: a flat line there would look like a finding."""

    optional: bool = False
    """Whether not every run measures it: nothing is said of it where there is nothing."""

    def series(self, history: RunHistory) -> dict[str, Series]:
        """Task → values (R,) over R rounds, NaN where nothing was measured; tasks without any are left out, and all
        where every value is neutral."""
        curves = {}
        for task in history.tasks:
            values = np.array([self._value(task, statistics, report) for _, statistics, report in history.rounds])
            if np.isfinite(values).any():
                curves[task] = values.astype(np.float64)
        measured = (values[np.isfinite(values)] != self.neutral for values in curves.values())
        return curves if any(different.any() for different in measured) else {}

    def _value(self, task: str, statistics: Mapping[str, TaskStatistics], report: UpdateReport | None) -> float:
        if self.of_statistics is not None:
            return self.of_statistics(statistics[task]) if task in statistics else float("nan")
        assert self.of_update is not None, f"the curve {self.key} has no quantity"
        return self.of_update(report.tasks[task]) if report is not None and task in report.tasks else float("nan")


def _first_score(statistics: TaskStatistics) -> float:
    return float("nan") if statistics.first_score is None else statistics.first_score


def _acceptance(statistics: TaskStatistics) -> float:
    return statistics.informative / statistics.prompts if statistics.prompts else float("nan")


def _gradient_norm(update: TaskUpdate) -> float:
    return float("nan") if update.gradient_norm is None else update.gradient_norm


def _difference(update: TaskUpdate) -> float:
    return float("nan") if update.engine_difference is None else update.engine_difference


def _lag(update: TaskUpdate) -> float:
    return float("nan") if update.lag is None else update.lag


CURVES = (
    Curve("score", "Score of selected prompts", "Mean over the rollouts of each round", "score", lambda s: s.score),
    Curve("first_score", "Score at first visits", "Of prompts that no round before drew", "score", _first_score),
    Curve("acceptance", "Acceptance", "Prompts whose rewards differ", "share", _acceptance, None, 1),
    Curve("share", "Budget share", "What the scheduler gives each task", "share of batch", lambda s: s.share),
    Curve("utility", "Utility", "What shares and KL coefficients follow", "utility", lambda s: s.utility),
    Curve("potential", "Potential", "Spread of scores within prompts", "potential", lambda s: s.potential),
    Curve("synergy", "Synergy", "Gradient's agreement with the others", "cosine", lambda s: s.synergy, neutral=0),
    Curve("noise", "Reliability", "Of gradients: what of potential counts", "factor", lambda s: s.noise, neutral=1),
    Curve("kl_coefficient", "KL coefficient", "Hold on the reference policy", "factor", lambda s: s.kl_coefficient),
    Curve("kl", "Measured KL", "Distance to the reference policy", "nats per token", None, lambda u: u.kl),
    Curve("gradient_norm", "Gradient norm", "Of the surrogate as it enters the loss", "norm", None, _gradient_norm),
    Curve("entropy", "Entropy", "Surprise of the sampled tokens", "nats per token", None, lambda u: u.entropy),
    Curve("length", "Length", "Mean length of an answer", "tokens", lambda s: s.mean_tokens),
    Curve("engine_difference", "Engine and trainer", "Largest difference", "nats", None, _difference, optional=True),
    Curve("lag", "Lag", "KL from the policy that sampled", "nats per token", None, _lag, optional=True),
)  # fmt: skip
"""What a report draws of each task over the rounds."""
