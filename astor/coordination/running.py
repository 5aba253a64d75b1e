"""Running means with the error that they still have."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astor.coordination.state import require_keys

Floats = NDArray[np.float64]


class RunningMeans:
    """Exponential running means of K tasks, each over values of single prompts.

    A mean starts at its first observation, and rests while its task is absent. Besides the mean m there are the mean of
    squares and the effective number of prompts n (Kish 1965): a mean of n prompts of one round would be as sure.
    """

    def __init__(self, smoothing: float, tasks: int) -> None:
        self.smoothing = smoothing
        self.mean: Floats = np.full(tasks, np.nan)
        """NaN where nothing was observed."""
        self.square: Floats = np.full(tasks, np.nan)
        self.effective: Floats = np.zeros(tasks)
        """n; a round without the task multiplies it by `smoothing`, for what is known grows old."""

    def observe(self, values: dict[int, Floats]) -> None:
        """Take in one round: index of a task → values of its prompts."""
        for task in range(len(self.mean)):
            of_prompts = values.get(task, np.empty(0))
            if not len(of_prompts):
                self.effective[task] *= self.smoothing
            elif np.isnan(self.mean[task]):
                self.mean[task], self.square[task] = of_prompts.mean(), np.square(of_prompts).mean()
                self.effective[task] = len(of_prompts)
            else:
                past, now = self.smoothing, 1 - self.smoothing
                self.mean[task] = past * self.mean[task] + now * of_prompts.mean()
                self.square[task] = past * self.square[task] + now * np.square(of_prompts).mean()
                self.effective[task] = 1 / (past**2 / self.effective[task] + now**2 / len(of_prompts))

    def squared_errors(self, least_deviation: float) -> Floats:
        """Squared standard error of each mean: the sample variance over prompts, at least `least_deviation` squared,
        over n; infinite where nothing was observed."""
        n = self.effective
        variance = np.nan_to_num(np.maximum(self.square - self.mean**2, 0))
        corrected = np.divide(variance * n, n - 1, out=np.zeros_like(n), where=n > 1)
        errors = np.full_like(n, np.inf)
        np.divide(np.maximum(corrected, least_deviation**2), n, out=errors, where=n > 0)
        return errors

    def state_dict(self) -> dict[str, Any]:
        """JSON-able; NaN, which JSON has not, is None."""
        return {
            "mean": optional(self.mean),
            "square": optional(self.square),
            "effective": self.effective.tolist(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("mean", "square", "effective"), "the running means")
        self.mean, self.square = from_optional(state["mean"]), from_optional(state["square"])
        self.effective = np.array(state["effective"], dtype=np.float64)


def shrunk(means: Floats, squared_errors: Floats) -> Floats:
    """Means of K tasks, each drawn towards their mean m by its own error: w x + (1 - w) m, w = t / (t + error^2).

    t is what the means vary by beyond their errors: max(0, sample variance over tasks - mean of squared errors). Where
    it is 0 all get m; of one task w is 1. A task without a mean (NaN) gets m and counts nowhere; without any, all stay
    NaN. The empirical Bayes estimate of Efron and Morris 1973, with their t by moments.
    """
    known = ~np.isnan(means)
    if not known.any():
        return means.copy()
    common = float(means[known].mean())
    if known.sum() == 1:
        return np.full_like(means, common)
    between = max(0.0, float(means[known].var(ddof=1) - squared_errors[known].mean()))
    weights = np.zeros_like(means)
    np.divide(between, between + squared_errors, out=weights, where=between > 0)
    return np.where(known, common + weights * (np.nan_to_num(means) - common), common)


def smoothed(mean: float, value: float, smoothing: float) -> float:
    """One step of an exponential running mean that starts at its first observation."""
    return float(value if np.isnan(mean) else smoothing * mean + (1 - smoothing) * value)


def optional(values: Floats) -> list[float | None]:
    """As JSON has it: NaN is None."""
    return [None if np.isnan(value) else value for value in values.tolist()]


def from_optional(values: list[float | None]) -> Floats:
    """The reverse of `optional`."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
