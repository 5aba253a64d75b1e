"""95 % intervals: of shares and scores over prompts, of their means over tasks, and of differences."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

CONFIDENCE = 0.95
ROUNDING = 1e-18
"""Variance below which values are the same."""
UNSEEN = 3
"""n times the share that may hide from n prompts with a chance of 5 % (the rule of three, Hanley and Lippman-Hand
1983)."""
FEW_PROMPTS = 100
"""Prompts below which people are warned: the interval of a share about 0.5 then reaches further than 0.1 to either
side, which is as much as a hundred rounds change (our choice)."""


class Interval(NamedTuple):
    """A mean and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def share_interval(values: Sequence[float]) -> Interval:
    """Mean of prompts' values in [0, 1], each a mean over the prompt's samples, with its 95 % interval.

    Clopper and Pearson's (1934) interval at the effective number of observations, with the degrees of freedom of Korn
    and Graubard 1998 ("Confidence intervals for proportions with small expected number of positive counts estimated
    from survey data", section 2): prompts are the clusters, so samples of one prompt do not count as independent, and
    0 of 120 is [0, 0.03]. Where all prompts have one value, nothing is known of their spread, and there are as many
    observations as prompts. A graded score varies less than yes and no: the effective number then exceeds that of
    samples, and the interval tends to Student's.

    A rare score is mostly made by values that few prompts or none have shown, and the spread of those that were seen
    says too little: below a mean of 3/n (or above 1 - 3/n) the effective number is at most that of prompts, and grows
    with the square of the mean beyond (our choice: at means of 0.01 to 0.03 of 40 to 120 prompts, intervals without it
    covered 0.34 to 0.93 of long-tailed scores, and with it 0.98 or more).
    """
    prompts = len(values)
    assert prompts > 0, "there is no mean of nothing"
    return _effective(float(np.mean(values)), float(np.var(values)) / max(prompts - 1, 1), prompts)


def mean_of_shares(strata: Sequence[Sequence[float]]) -> Interval:
    """Unweighted mean over strata (tasks) of the means of `share_interval`, with its 95 % interval, as
    `mean_of_intervals` has it."""
    return mean_of_intervals([share_interval(values) for values in strata], (0.0, 1.0))


def mean_of_intervals(independent: Sequence[Interval], bounds: tuple[float, float]) -> Interval:
    """Unweighted mean of figures that were measured independently, with its interval, which is cut at `bounds`.

    The distances of each interval's ends from its value are joined as Zou and Donner 2008 do ("Construction of
    confidence limits about effect measures", section 2), which keeps them unequal where shares are near 0 or 1.
    """
    below = math.sqrt(sum((one.value - one.low) ** 2 for one in independent)) / len(independent)
    above = math.sqrt(sum((one.high - one.value) ** 2 for one in independent)) / len(independent)
    value = sum(one.value for one in independent) / len(independent)
    return Interval(value, max(value - below, bounds[0]), min(value + above, bounds[1]))


def mean_interval(
    strata: Sequence[Sequence[float]], bounds: tuple[float, float], confidence: float = CONFIDENCE
) -> Interval:
    """Unweighted mean over strata (tasks) of the means within each (over prompts), with its interval, 95 % by default.

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
    from scipy.special import stdtrit  # as in `_effective`

    half = float(stdtrit(degrees, (1 + confidence) / 2)) * math.sqrt(total) / len(means)
    return Interval(value, max(value - half, bounds[0]), min(value + half, bounds[1]))


def jackknife_interval(counts: Sequence[Sequence[int]], metric: Callable[[Sequence[int]], float]) -> Interval:
    """`metric`, in [0, 1], of the sum of `counts`, one row a prompt, with its 95 % interval.

    The standard error is Tukey's (1958): what the metric varies by when each prompt in turn is left out. Our choice
    against sacrebleu's bootstrap, for nothing is drawn. The interval is that of a share with this error.
    """
    rows = np.asarray(counts, dtype=np.int64)
    total, prompts = rows.sum(axis=0), len(rows)
    without = np.array([metric((total - row).tolist()) for row in rows]) if prompts > 1 else np.zeros(1)
    return _effective(metric(total.tolist()), (prompts - 1) * float(np.var(without)), prompts)


def _effective(value: float, variance: float, prompts: int) -> Interval:
    """The interval of a share whose mean has this variance; of one prompt, all that there could be."""
    # Imported here because recipes, which name the gate's options, are also read where scipy is not installed.
    from scipy.special import betaincinv, stdtrit

    value = min(max(value, 0.0), 1.0)
    if prompts == 1:
        return Interval(value, 0.0, 1.0)
    observed: float = prompts
    if variance > ROUNDING and 0 < value < 1:
        upper = (1 + CONFIDENCE) / 2
        freedom = float(stdtrit(np.inf, upper) / stdtrit(prompts - 1, upper)) ** 2
        observed = value * (1 - value) / variance * freedom
        rare = prompts * min(value, 1 - value) / UNSEEN
        observed = min(observed, prompts * max(1.0, rare**2))
    yes, no, tail = value * observed, (1 - value) * observed, (1 - CONFIDENCE) / 2
    low = float(betaincinv(yes, no + 1, tail)) if value > 0 else 0.0
    high = float(betaincinv(yes + 1, no, 1 - tail)) if value < 1 else 1.0
    return Interval(value, min(low, value), max(high, value))
