"""Learning potential: how much a task still has to teach, from what its rollouts scored."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.coordination.observation import RoundObservation, TaskObservation
from astor.coordination.state import require_keys
from astor.options import Options

Floats = NDArray[np.float64]

BERNOULLI_VARIANCE = 0.25
"""The largest variance of a score in [0, 1], that of a coin."""


class PotentialOptions(Options):
    """ASTOR-style: the paper names rollout reward variance; every formula and value here is our choice."""

    measure: Literal["variance", "std", "acceptance", "progress", "off"] = "variance"
    """What stands for potential, in [0, 1] (our choice of all five).
    `variance`: mean over prompts of the population variance of a group's scores, over the task's scale: p(1-p) is what
    a group of right and wrong answers can teach (LearnAlign, VCRL).
    `std`: the same of the standard deviation, which starves graded tasks less.
    `acceptance`: share of informative groups, what std-normalised advantages really use.
    `progress`: slope of the task's mean score over the last `window` rounds, over the largest task's slope; falling
    counts like rising, for a task that is forgotten needs training too. Neutral, 1, while no task has a slope.
    `off`: 1 for every task, an ablation."""
    scale: Literal["warmup", "declared"] = "warmup"
    """By what a variance is divided (our choice). `warmup`: what the task declares; where it declares nothing, the
    mean variance of its groups *that have any* in the warm-up, frozen afterwards. Groups without variance don't count,
    or a task that is hopeless or saturated from the start would be divided by next to nothing and keep potential 1.
    `declared`: what the task declares, else 1/4, the variance of a coin. A scale that followed the task for ever would
    rob a saturated task of its low potential, so none does. A task whose warm-up had no variance takes 1/4 until the
    first group that has some."""
    scale_floor: float = Field(default=0.0025, gt=0, le=BERNOULLI_VARIANCE)
    """Least scale, a variance (our choice: a standard deviation of 0.05; smaller differences are noise)."""
    smoothing: float = Field(default=0.88, ge=0, lt=1)
    """Weight of the past in the running mean of potential and of utility (our choice: half-life 5.4 rounds). A running
    mean starts at its first observation, and rests while its task is absent."""
    window: int = Field(default=16, ge=2)
    """Rounds that `progress` looks back on (PAC, which found 16 better than 4 and 64)."""


class Potential:
    """Potential of K tasks, in [0, 1]."""

    def __init__(self, options: PotentialOptions, tasks: Sequence[str], declared: Sequence[float | None]) -> None:
        self.options, self.tasks = options, tuple(tasks)
        self.declared = np.array([np.nan if value is None else value for value in declared])
        self.mean: Floats = np.full(len(self.tasks), np.nan)
        self.pooled: Floats = np.zeros(len(self.tasks))
        self.groups: Floats = np.zeros(len(self.tasks))
        self.scores: list[list[float]] = [[] for _ in self.tasks]

    @property
    def scales(self) -> Floats:
        """The variance, per task, that counts as a whole."""
        fallback = np.full(len(self.tasks), BERNOULLI_VARIANCE)
        if self.options.scale == "warmup":
            fallback = np.divide(self.pooled, self.groups, out=fallback, where=self.groups > 0)
        chosen = np.where(np.isnan(self.declared), fallback, self.declared)
        return np.maximum(chosen, self.options.scale_floor)

    @property
    def values(self) -> Floats:
        """Potential per task; NaN for a task that was never observed."""
        match self.options.measure:
            case "variance":
                return np.minimum(self.mean / self.scales, 1)
            case "std":
                return np.minimum(self.mean / np.sqrt(self.scales), 1)
            case _:
                return self.mean.copy()

    def observe(self, observation: RoundObservation, warming_up: bool) -> None:
        """Take in one round; scales are still measured where `warming_up`."""
        present = [(index, seen) for index, task in enumerate(self.tasks) if (seen := observation.tasks.get(task))]
        for index, seen in present:
            self._observe_scale(index, seen, warming_up)
            scores = [*self.scores[index], float(np.mean([np.mean(prompt.scores) for prompt in seen.prompts]))]
            self.scores[index] = scores[-self.options.window :]
        progress = share_of_largest(np.abs([slope(scores) for scores in self.scores]))
        for index, seen in present:
            value = progress[index] if self.options.measure == "progress" else self._measure(seen)
            self.mean[index] = smoothed(self.mean[index], value, self.options.smoothing)

    def _observe_scale(self, index: int, seen: TaskObservation, warming_up: bool) -> None:
        if warming_up or self.groups[index] == 0:
            variances = np.array([np.var(prompt.scores) for prompt in seen.prompts])
            self.pooled[index] += variances.sum()
            self.groups[index] += np.count_nonzero(variances > 0)

    def _measure(self, seen: TaskObservation) -> float:
        match self.options.measure:
            case "variance":
                return float(np.mean([np.var(prompt.scores) for prompt in seen.prompts]))
            case "std":
                return float(np.mean([np.std(prompt.scores) for prompt in seen.prompts]))
            case "acceptance":
                return seen.informative / len(seen.prompts)
            case _:
                return 1.0

    def state_dict(self) -> dict[str, Any]:
        """JSON-able; NaN, which JSON has not, is None."""
        return {
            "mean": [None if np.isnan(value) else value for value in self.mean.tolist()],
            "pooled": self.pooled.tolist(),
            "groups": self.groups.tolist(),
            "scores": [list(scores) for scores in self.scores],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("mean", "pooled", "groups", "scores"), "the potential")
        self.mean = np.array([np.nan if value is None else value for value in state["mean"]], dtype=np.float64)
        self.pooled, self.groups = np.array(state["pooled"], float), np.array(state["groups"], float)
        self.scores = [list(scores) for scores in state["scores"]]


def smoothed(mean: float, value: float, smoothing: float) -> float:
    """One step of an exponential running mean that starts at its first observation."""
    return float(value if np.isnan(mean) else smoothing * mean + (1 - smoothing) * value)


def slope(values: Sequence[float]) -> float:
    """Least-squares slope per step; 0 for fewer than two values."""
    if len(values) < 2:
        return 0.0
    steps = np.arange(len(values)) - (len(values) - 1) / 2
    return float(steps @ np.asarray(values) / (steps @ steps))


def share_of_largest(values: Floats) -> Floats:
    """Values over the largest one; 1 for all where that is 0."""
    largest = values.max()
    return values / largest if largest > 0 else np.ones_like(values)
