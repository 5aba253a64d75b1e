"""95 % intervals of means over prompts, and of unweighted means over tasks."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def mean_interval(strata: Sequence[Sequence[float]], bounds: tuple[float, float]) -> Interval:
    """Unweighted mean over strata (tasks) of the means within each (over prompts), with its 95 % interval.

    Student's t on prompt means, with the degrees of freedom of Welch 1947 and Satterthwaite 1946 over strata; of one
    stratum it is the ordinary t interval. Our choice against a bootstrap: prompts are independent, a hundred of them
    are enough for a mean of bounded values, and nothing is drawn.

    `bounds` are the least and the largest possible value: the interval is cut at them, and is as wide as they are
    where a stratum has one observation, for nothing is known of its spread.
    """
    means, variances, freedom = [], [], []
    for values in strata:
        assert len(values) > 0, "a stratum without observations has no mean"
        means.append(float(np.mean(values)))
        if len(values) > 1:
            variances.append(float(np.var(values, ddof=1)) / len(values))
            freedom.append(len(values) - 1)
    value = float(np.mean(means))
    if len(variances) < len(means):
        return Interval(value, *bounds)
    total = sum(variances)
    if total == 0:
        return Interval(value, value, value)
    degrees = 1 / sum((variance / total) ** 2 / n for variance, n in zip(variances, freedom, strict=True))
    return _around(value, math.sqrt(total) / len(means), degrees, bounds)


def jackknife_interval(
    counts: Sequence[Sequence[int]], metric: Callable[[Sequence[int]], float], bounds: tuple[float, float]
) -> Interval:
    """`metric` of the sum of `counts`, one row a prompt, with its 95 % interval.

    The standard error is Tukey's (1958): what the metric varies by when each prompt in turn is left out. Our choice
    against sacrebleu's bootstrap, for nothing is drawn. `bounds` as in `mean_interval`.
    """
    rows = np.asarray(counts, dtype=np.int64)
    total, prompts = rows.sum(axis=0), len(rows)
    value = metric(total.tolist())
    if prompts == 1:
        return Interval(value, *bounds)
    without = np.array([metric((total - row).tolist()) for row in rows])
    error = math.sqrt((prompts - 1) * float(np.var(without)))
    return _around(value, error, prompts - 1, bounds)


def _around(value: float, error: float, degrees: float, bounds: tuple[float, float]) -> Interval:
    # Imported here because recipes, which name the gate's options, are also read where scipy is not installed.
    from scipy.special import stdtrit

    half = float(stdtrit(degrees, (1 + CONFIDENCE) / 2)) * error
    return Interval(value, max(value - half, bounds[0]), min(value + half, bounds[1]))
