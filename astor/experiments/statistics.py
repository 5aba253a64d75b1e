"""Differences between methods: paired over seeds, with intervals, corrected for how many there are."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CONFIDENCE, POWER, DRAWS = 0.95, 0.8, 4000
"""Of intervals, of the smallest detectable difference, and how often the bootstrap draws."""
ROUNDING = 1e-12
"""Standard error below which all seeds' differences are the same."""
Floats = NDArray[np.float64]


class Difference(NamedTuple):
    """A mean difference over seeds with its interval; None where one seed leaves it unknown."""

    value: float
    low: float | None
    high: float | None
    p: float | None
    """Two-sided, of the paired t test against no difference."""
    detectable: float | None
    """The difference that this many seeds of this spread would find significant four times in five."""
    seeds: int


def difference_over_seeds(differences: Sequence[float]) -> Difference:
    """Student's paired t over the seeds' differences: what other seeds would give on the same prompts."""
    values = np.asarray(differences, dtype=np.float64)
    mean, count = float(values.mean()), len(values)
    if count < 2:
        return Difference(mean, None, None, None, None, count)
    # Imported here: scipy.stats takes most of a second, and comes with an extra.
    from scipy import stats

    error = float(values.std(ddof=1)) / count**0.5
    if error < ROUNDING:
        return Difference(mean, mean, mean, float(abs(mean) < ROUNDING), 0.0, count)
    found = stats.ttest_1samp(values, 0.0)
    low, high = found.confidence_interval(CONFIDENCE)
    reach = stats.t.ppf((1 + CONFIDENCE) / 2, count - 1) + stats.t.ppf(POWER, count - 1)
    return Difference(mean, float(low), float(high), float(found.pvalue), float(reach * error), count)


def bootstrap_interval(seeds: Sequence[Mapping[str, Floats]], draws: int = DRAWS) -> tuple[float, float]:
    """The 95 % percentile interval of the mean over tasks of items' differences: what other seeds would give on other
    prompts too.

    Each entry of `seeds` is task → (N,) differences item by item. Seeds are drawn with replacement, and, within each
    task, items, the same ones for all seeds: every seed was measured on the same prompts (crossed, not nested). Seeded.
    """
    random = np.random.default_rng(0)
    total = np.zeros(draws)
    weights = random.multinomial(len(seeds), [1 / len(seeds)] * len(seeds), draws) / len(seeds)
    for task in seeds[0]:
        values = np.stack([seed[task] for seed in seeds])
        items = values.shape[1]
        counts = random.multinomial(items, [1 / items] * items, draws) / items
        total += np.einsum("ds,si,di->d", weights, values, counts, optimize=True)
    low, high = np.quantile(total / len(seeds[0]), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def holm(p_values: Mapping[str, float | None]) -> dict[str, float | None]:
    """p values corrected for their number (Holm 1979): below 0.05 one is significant among all. None stays None."""
    known = sorted((p, name) for name, p in p_values.items() if p is not None)
    corrected: dict[str, float | None] = dict.fromkeys(p_values)
    largest = 0.0
    for place, (p, name) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - place) * p))
        corrected[name] = largest
    return corrected
