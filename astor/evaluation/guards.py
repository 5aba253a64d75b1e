"""What a challenger must keep to beside its scores: the length and form of answers, and no hard-coded tests."""

from collections.abc import Iterator, Sequence

import numpy as np
from pydantic import Field

from astor.evaluation.intervals import mean_interval
from astor.evaluation.noninferiority import ONE_SIDED
from astor.evaluation.paired import paired_values
from astor.evaluation.score import TOKENS
from astor.options import Options
from astor.records import Guard, ItemScore


class GuardOptions(Options):
    """What beside the scores blocks a promotion."""

    length_ratio: float = Field(2.0, gt=1)
    """Largest ratio of a task's mean answer length, challenger to champion, above 1. Longer answers cost whoever waits
    for them; shorter ones that are no worse are welcome. Our choice."""
    malformed_rise: float = Field(0.02, ge=0, le=1)
    """Largest rise of a task's share of malformed answers, in [0, 1], that may be shown: the lower end of its one-sided
    95 % interval must not lie above. Our choice."""
    hard_coded_rise: float = Field(0.02, ge=0, le=1)
    """The same of the share of programs that hard-code the shown tests, where a task shows any. Our choice."""


def check_guards(
    champion: Sequence[ItemScore], challenger: Sequence[ItemScore], tasks: Sequence[str], options: GuardOptions
) -> Iterator[Guard]:
    """The guards of each task that were measured, from both policies' item scores on the same prompts."""
    measured = {(item.task, item.metric) for item in (*champion, *challenger)}
    for task in tasks:
        if (task, TOKENS) in measured:
            before, after = (float(np.mean(v)) for v in paired_values(champion, challenger, task, TOKENS))
            yield Guard(
                name="length",
                task=task,
                champion=before,
                challenger=after,
                limit=options.length_ratio,
                passed=after <= options.length_ratio * max(before, 1.0),
            )
        rises = ("malformed", options.malformed_rise), ("hard_coded", options.hard_coded_rise)
        for name, limit in rises:
            if (task, name) in measured:
                shares = paired_values(champion, challenger, task, name)
                rise = mean_interval([np.subtract(shares[1], shares[0]).tolist()], (-1.0, 1.0), ONE_SIDED)
                yield Guard(
                    name=name,
                    task=task,
                    champion=float(np.mean(shares[0])),
                    challenger=float(np.mean(shares[1])),
                    limit=limit,
                    passed=rise.low <= limit,
                )


def tell_guard(guard: Guard) -> str:
    """One sentence of a guard that blocks."""
    if guard.name == "length":
        return (
            f"Answers to {guard.task} grew from {guard.champion:.1f} to {guard.challenger:.1f} tokens in the mean, to "
            f"more than {guard.limit:g} times the length."
        )
    what = "malformed answers" if guard.name == "malformed" else "programs that hard-code shown tests"
    return (
        f"The share of {what} to {guard.task} rose from {guard.champion:.3f} to {guard.challenger:.3f}, by more than "
        f"{guard.limit:g} beyond chance."
    )
