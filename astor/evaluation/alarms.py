"""Alarms: what a round showed of a task that people should look at. They stop nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pydantic import Field

from astor.evaluation.page import plural
from astor.options import Options
from astor.records import TaskStatistics, UpdateReport

WORDS = {
    "engine_difference": "engine and trainer differ by more than {bound:g} nats on a token of {task}",
    "entropy_below": "entropy of {task} below {bound:g} nats",
    "entropy_above": "entropy of {task} above {bound:g} nats",
    "length_below": "answers to {task} shorter than {bound:.0%} of max_tokens in the mean",
    "length_above": "answers to {task} longer than {bound:.0%} of max_tokens in the mean",
}
"""Key of a bound → what it means that a task left it."""


class AlarmOptions(Options):
    """What a round may show of a task before people are told. Rounds with an alarm are counted in the run's output, its
    report, and MLflow. All bounds are our choice; null: none."""

    engine_difference: float | None = Field(default=1.0, gt=0)
    """Largest |logp_prox - logp_rollout| of a token, in nats, where the policy that is updated sampled. The remedy is
    `training.loss.importance_cap`."""
    entropy_below: float | None = Field(default=0.01, ge=0)
    """Least mean of -logp of the sampled tokens, in nats: at 0.01 nearly all answers to a prompt are the same one."""
    entropy_above: float | None = Field(default=None, ge=0)
    """The most. What is much depends on the policy: large ones that write code have some tenths of a nat."""
    length_below: float | None = Field(default=None, gt=0, le=1)
    """Least mean length of an answer, as a share of the task's `max_tokens`, of all turns together."""
    length_above: float | None = Field(default=0.95, gt=0, le=1)
    """The most: at 0.95 nearly all answers are cut off."""


class Alarm(NamedTuple):
    """One bound that a task left in a round."""

    task: str
    bound: str
    """Key of the option."""

    def describe(self, options: AlarmOptions) -> str:
        """What it means, in words."""
        return WORDS[self.bound].format(task=self.task, bound=getattr(options, self.bound))


def find_alarms(
    options: AlarmOptions,
    statistics: Mapping[str, TaskStatistics],
    report: UpdateReport | None,
    most_tokens: Mapping[str, int],
) -> Iterator[Alarm]:
    """Those of one round; `most_tokens` has those of an answer to each task. NaN is outside of every bound."""
    for task, of_task in statistics.items():
        update = report.tasks.get(task) if report else None
        entropy = update.entropy if update and update.tokens else None
        length = of_task.mean_tokens / most_tokens[task] if of_task.tokens else None
        measured = {
            "engine_difference": update.engine_difference if update else None,
            "entropy_below": entropy,
            "entropy_above": entropy,
            "length_below": length,
            "length_above": length,
        }
        for key, value in measured.items():
            bound = getattr(options, key)
            if value is None or bound is None:
                continue
            if not (value >= bound if key.endswith("_below") else value <= bound):
                yield Alarm(task, key)


def tell_alarms(options: AlarmOptions, rung: Mapping[Alarm, Sequence[int]]) -> str:
    """Alarms and the rounds in which they rang, in one sentence; empty where none did."""
    return "; ".join(
        f"{alarm.describe(options)}, in {plural(len(rounds), 'round')}, first in round {rounds[0]}"
        for alarm, rounds in sorted(rung.items())
    )
