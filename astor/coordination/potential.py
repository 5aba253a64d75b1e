"""Learning potential: how much a task still has to teach, from what its rollouts scored."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.coordination.observation import RoundObservation, TaskObservation
from astor.coordination.running import RunningMeans, shrunk
from astor.coordination.state import require_keys
from astor.options import Options

Floats = NDArray[np.float64]

COIN_DEVIATION = 0.5
"""The largest standard deviation of a score in [0, 1], that of a coin."""
LEAST_DEVIATION = 0.05
"""Least standard deviation over a task's prompts, for its sampling error (our choice: prompts that were all alike in a
few rounds are not known exactly)."""


class PotentialOptions(Options):
    """ASTOR-style: the paper names rollout reward variance; every formula and value here is our choice."""

    measure: Literal["spread", "acceptance", "variance", "progress", "first_order", "off"] = "spread"
    """What stands for potential, in [0, 1] and in the same unit for every task, that of scores (our choice of all).
    `spread`: mean over groups of the standard deviation of a group's scores, over 0.5, that of a coin; groups of equal
    scores count 0.
    `acceptance`: share of groups whose standard deviation is above the noise floor, what std-normalised advantages
    really use.
    `variance`: as `spread` with variances, over 1/4: p(1-p) is what a group of right and wrong answers can teach
    (LearnAlign, VCRL); it starves tasks with graded scores.
    `progress`: slope of the task's mean score over the last `window` rounds, over the largest task's slope; falling
    counts like rising, for a task that is forgotten needs training too. Neutral, 1, while no task has a slope.
    `first_order`: utility is what a token spent on the task adds to the mean score, as far as gradients tell
    (`astor.coordination.first_order`); potential, synergy and noise in one. Potential is then shown as `spread`.
    `off`: 1 for every task, an ablation."""
    noise_floor: float = Field(default=0.02, ge=0, lt=COIN_DEVIATION)
    """Standard deviation of a group's scores up to which they do not count as different, for tasks with graded scores
    (our choice: a text that scores 0.02 more is no better). For scores of 0 or 1 it is 0. Prompts are chosen by it
    too."""
    smoothing: float = Field(default=0.88, ge=0, lt=1)
    """Weight of the past in the running mean (our choice: half-life 5.4 rounds). It starts at its first observation,
    and rests while its task is absent."""
    window: int = Field(default=16, ge=2)
    """Rounds that `progress` looks back on (PAC, which found 16 better than 4 and 64)."""


class Potential:
    """Potential of K tasks, in [0, 1]: running means of what single groups show, drawn towards the mean of all tasks by
    their own sampling error, so that a few lucky groups don't make a quota. `progress` is not shrunk: a slope is none
    of single groups."""

    def __init__(self, options: PotentialOptions, tasks: Sequence[str], graded: Sequence[bool]) -> None:
        """`graded` as in `TaskInfo`."""
        self.options, self.tasks = options, tuple(tasks)
        self.floors = [options.noise_floor if of_task else 0.0 for of_task in graded]
        """Noise floor of each task."""
        self.running = RunningMeans(options.smoothing, len(self.tasks))
        self.scores: list[list[float]] = [[] for _ in self.tasks]

    @property
    def values(self) -> Floats:
        """Potential per task; NaN for all until one was observed, then the others' mean for a task that was not."""
        errors = self.running.squared_errors(LEAST_DEVIATION)
        if self.options.measure == "progress":
            errors[:] = 0
        return shrunk(self.running.mean, errors)

    def observe(self, observation: RoundObservation) -> None:
        """Take in one round."""
        present = [(index, seen) for index, task in enumerate(self.tasks) if (seen := observation.tasks.get(task))]
        for index, seen in present:
            scores = [*self.scores[index], float(np.mean([np.mean(prompt.scores) for prompt in seen.prompts]))]
            self.scores[index] = scores[-self.options.window :]
        if self.options.measure == "progress":
            progress = share_of_largest(np.abs([slope(scores) for scores in self.scores]))
            self.running.observe({index: progress[[index]] for index, _ in present})
        else:
            self.running.observe({index: self._measure(seen, self.floors[index]) for index, seen in present})

    def _measure(self, seen: TaskObservation, noise_floor: float) -> Floats:
        """What each of the task's groups shows."""
        match self.options.measure:
            case "acceptance":
                return (seen.deviations > noise_floor).astype(np.float64)
            case "variance":
                return (seen.deviations / COIN_DEVIATION) ** 2
            case "off":
                return np.ones(len(seen.prompts))
            case _:
                return seen.deviations / COIN_DEVIATION

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {"running": self.running.state_dict(), "scores": [list(scores) for scores in self.scores]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("running", "scores"), "the potential")
        self.running.load_state_dict(state["running"])
        self.scores = [list(scores) for scores in state["scores"]]


def slope(values: Sequence[float]) -> float:
    """Least-squares slope per step; 0 for fewer than two values."""
    if len(values) < 2:
        return 0.0
    steps = np.arange(len(values)) - (len(values) - 1) / 2
    return float(steps @ np.asarray(values) / (steps @ steps))


def share_of_largest(values: Floats) -> Floats:
    """Values over the largest one; 1 for all where that is 0 or less."""
    largest = values.max()
    return values / largest if largest > 0 else np.ones_like(values)
