"""One model, or two, on suites: their scores, and what the one has over the other on the same questions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from astor.evaluation.changes import paired_changes
from astor.evaluation.intervals import Interval, mean_of_intervals, mean_of_shares
from astor.evaluation.paired import paired_difference
from astor.evaluation.score import TOKENS
from astor.records import ItemScore, Score, Scores

DRAWN = ("sampled", "greedy")
"""How answers are drawn, in the order of every table."""


class Model(NamedTuple):
    """One that is evaluated."""

    name: str
    """As it was asked for."""
    digest: str
    """Of the policy that it is."""
    told: str = ""
    """What it was found to be, in words."""


@dataclass(frozen=True)
class Answers:
    """A model's answers of one kind to one suite."""

    scores: Scores
    items: Sequence[ItemScore]
    """Each prompt's results."""

    @property
    def tokens(self) -> int:
        """Of all answers that were judged."""
        return round(sum(item.value * item.samples for item in self.items if item.metric == TOKENS))

    @property
    def unanswered(self) -> int:
        """Prompts that the model's context had no room for: their answers have no token."""
        return sum(item.metric == TOKENS and item.samples > 0 and item.value == 0 for item in self.items)

    def figure(self, metric: str) -> Interval:
        """The mean of a metric over tasks, with its interval. What no answer of a task was measured by, as when none
        could be read, counts 0 there."""
        by_task: dict[str, list[float]] = {task: [] for task in self.scores.outcomes}
        for item in self.by(metric):
            if item.samples:
                by_task[item.task].append(item.value)
        return mean_of_shares(list(by_task.values()))

    def by(self, metric: str) -> list[ItemScore]:
        """Each prompt's result by a metric, 0 where its task was never measured by it."""
        found = [item for item in self.items if item.metric == metric]
        missing = self.scores.outcomes.keys() - {item.task for item in found}
        others = [item for item in self.items if item.metric == "score" and item.task in missing]
        return found + [item.model_copy(update={"metric": metric, "value": 0.0}) for item in others]

    def score(self, task: str, metric: str) -> Score | None:
        """What was measured of a task; None where it was not."""
        return next((one for one in self.scores.scores if (one.task, one.metric) == (task, metric)), None)


@dataclass(frozen=True)
class Measured:
    """A model on one suite."""

    sampled: Answers
    greedy: Answers
    seconds: float
    """Wall time of sampling and judging."""
    place: str
    """Where the scores and each prompt's results are committed."""

    def answers(self, drawn: str) -> Answers:
        """`sampled` or `greedy` ones."""
        return self.sampled if drawn == "sampled" else self.greedy


@dataclass(frozen=True)
class SuiteResult:
    """One suite, the model's results, and those of the one that it is compared with."""

    name: str
    about: str
    origin: str
    samples: int
    temperature: float
    top_p: float
    seed: int
    measures: Sequence[str]
    """Metrics in the order in which they are told; the first is what models are compared by."""
    prompts: Mapping[str, int]
    """Task → prompts."""
    left_out: Mapping[str, int]
    """Reason → entries and items of the source that were not asked about."""
    first: Measured
    other: Measured | None = None

    @property
    def models(self) -> list[Measured]:
        """One or two."""
        return [self.first, *([self.other] if self.other else [])]

    @property
    def measure(self) -> str:
        """The metric that models are compared by."""
        return self.measures[0]

    def how(self, drawn: str) -> str:
        """How answers of a kind were drawn, in words."""
        if drawn == "greedy":
            return "greedy"
        return f"{self.samples} at temperature {self.temperature:g}" + (
            f", top-p {self.top_p:g}" if self.top_p < 1 else ""
        )

    def difference(self, drawn: str) -> Interval | None:
        """The first model less the other by the suite's measure, paired by prompt, as a mean over tasks, with its 95 %
        interval; None where there is no other.

        Raises:
            UserError: the two did not answer the same prompts.
        """
        if self.other is None:
            return None
        mine, theirs = (model.answers(drawn).by(self.measure) for model in (self.first, self.other))
        return paired_difference(theirs, mine, dict.fromkeys(self.prompts, self.measure)).mean

    @cached_property
    def changes(self) -> Mapping[str, Mapping[tuple[str, str], Interval]]:
        """How answers were drawn → task and metric → the paired difference; empty where there is no other."""
        if self.other is None:
            return {drawn: {} for drawn in DRAWN}
        return {
            drawn: paired_changes(self.other.answers(drawn).items, self.first.answers(drawn).items) for drawn in DRAWN
        }


@dataclass(frozen=True)
class Evaluation:
    """One model on suites, or two."""

    first: Model
    suites: Sequence[SuiteResult]
    other: Model | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else one needs to repeat it, in words: name → value."""

    @property
    def models(self) -> list[Model]:
        """One or two."""
        return [self.first, *([self.other] if self.other else [])]

    def mean(self, drawn: str, place: int) -> Interval:
        """Unweighted mean over suites of a model's figures by their measures; `place` is the model's."""
        figures = [suite.models[place].answers(drawn).figure(suite.measure) for suite in self.suites]
        return mean_of_intervals(figures, (0.0, 1.0))

    def difference(self, drawn: str) -> Interval | None:
        """Unweighted mean over suites of the paired differences; None where there is no other model."""
        found = [suite.difference(drawn) for suite in self.suites]
        differences = [one for one in found if one is not None]
        return mean_of_intervals(differences, (-1.0, 1.0)) if differences else None

    def rows(self) -> Iterator["Row"]:
        """A row for each suite and way of drawing, and at the end, of several suites, their means."""
        for suite in self.suites:
            for drawn in DRAWN:
                figures = [one.answers(drawn).figure(suite.measure) for one in suite.models]
                count = sum(suite.prompts.values())
                yield Row(suite.name, suite.measure, suite.how(drawn), drawn, count, figures, suite.difference(drawn))
        if len(self.suites) > 1:
            for drawn in DRAWN:
                means = [self.mean(drawn, place) for place in range(len(self.models))]
                count = sum(sum(suite.prompts.values()) for suite in self.suites)
                yield Row("mean", "", drawn, drawn, count, means, self.difference(drawn))


class Row(NamedTuple):
    """One line of the table that everything begins with."""

    suite: str
    measure: str
    how: str
    drawn: str
    prompts: int
    figures: Sequence[Interval]
    """Of each model."""
    difference: Interval | None
    """The first model less the other; None where there is one alone."""


def headline(evaluation: Evaluation) -> str:
    """What one may say of two models, in a sentence for each way of drawing; empty where there is one alone."""
    told = []
    for drawn in DRAWN:
        found = evaluation.difference(drawn)
        if found is not None:
            said = "better than" if found.low > 0 else "worse than" if found.high < 0 else "not told apart from"
            value, low, high = (f"{end:+.3f}".replace("-", "−") for end in found)
            ends = f", 95 % interval {low} to {high}" if low != high else " on every prompt"
            told.append(f"{drawn.capitalize()}, A is {said} B: {value}{ends}.")
    return " ".join(told)
