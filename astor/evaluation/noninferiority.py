"""Whether a policy is non-inferior to another on one task, and how many prompts that takes."""

import math
from collections.abc import Sequence

import numpy as np

from astor.evaluation.intervals import mean_interval
from astor.records import MetricComparison

ONE_SIDED = 0.9
"""Confidence of the two-sided interval whose ends are those of the one-sided 95 % intervals."""
Z_CONFIDENCE, Z_POWER = 1.6449, 0.8416
"""Quantiles of the normal distribution at 95 % and 80 %."""
TAIL = 0.05
ROUNDING = 1e-9
"""A margin of 0.05 and a loss of 0.05 are the same loss."""


def compare(metric: str, champion: Sequence[float], challenger: Sequence[float], margin: float) -> MetricComparison:
    """Compare values in [0, 1] prompt by prompt, in one order. Of the difference, challenger minus champion,

    - `non-inferior`: the lower end of its one-sided 95 % interval is at least -margin;
    - `worse`: the upper end of the other one-sided 95 % interval is below -margin, so that a loss beyond it is shown;
    - `undecided`: neither is shown. A lower estimate is no proof of a loss, nor a higher one of its absence.

    Non-inferiority by a confidence limit: Schuirmann 1987, one of his two one-sided tests. Where all prompts differ by
    the same, as when neither policy ever answered one, the interval reaches as far as prompts that were not seen may.
    """
    differences = np.subtract(challenger, champion)
    value, low, high = mean_interval([differences.tolist()], (-1.0, 1.0), ONE_SIDED)
    deviation = float(np.std(differences, ddof=1)) if len(differences) > 1 else 1.0
    if len(differences) > 1 and np.ptp(differences) < ROUNDING:
        unseen = unseen_share(len(differences))
        low, high = max(value - unseen, -1.0), min(value + unseen, 1.0)
    kept, lost = low >= -margin - ROUNDING, high < -margin - ROUNDING
    return MetricComparison(
        metric=metric,
        champion=float(np.mean(champion)),
        challenger=float(np.mean(challenger)),
        difference=value,
        low=low,
        high=high,
        deviation=deviation,
        prompts=len(differences),
        verdict="non-inferior" if kept else "worse" if lost else "undecided",
        prompts_needed=None if kept or lost or not margin else prompts_needed(deviation, margin),
    )


def prompts_needed(deviation: float, margin: float) -> int:
    """Prompts that show a task non-inferior with 80 % power where its mean did not change.

    The normal approximation, with Guenther's (1981) correction for Student's t. `deviation` is that of a prompt's
    difference, `margin` above 0.
    """
    least = math.log(TAIL) / math.log(1 - margin) if margin < 1 else 1.0  # `unseen_share` is the margin then
    return math.ceil(max(((Z_CONFIDENCE + Z_POWER) * deviation / margin) ** 2 + Z_CONFIDENCE**2 / 2, least))


def unseen_share(prompts: int) -> float:
    """Share of all prompts that may be unlike the ones that were seen, which are alike: the upper end of Clopper and
    Pearson's (1934) one-sided 95 % interval of 0 of `prompts`."""
    return float(1 - TAIL ** (1 / prompts))


def assumed_deviation(samples: int) -> float:
    """Standard deviation of a prompt's difference before anything is measured: sqrt(1 / (2 * samples)).

    Our choice: two policies that are right half of the time on each prompt, the most that drawing `samples` answers
    can add. Prompts that are surer leave as much room for real changes that cancel out in the mean.
    """
    return math.sqrt(0.5 / samples)
