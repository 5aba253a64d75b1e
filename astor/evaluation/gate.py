"""The promotion gate: whether a challenger takes the champion's place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from astor.evaluation.guards import GuardOptions, check_guards, tell_guard
from astor.evaluation.intervals import Interval
from astor.evaluation.noninferiority import assumed_deviation, compare, prompts_needed
from astor.evaluation.paired import paired_difference, paired_values
from astor.options import Options
from astor.records import GateDecision, ItemScore, MetricComparison, Power, Scores

LEAST_MARGIN = 0.001
"""Below it no number of prompts that anybody has shows anything."""


class GateOptions(Options):
    """What a challenger may lose."""

    margin: float = Field(0.05, ge=LEAST_MARGIN, le=1)
    """Most that a task's score, or its metric that was not the reward, may fall, in [0.001, 1]. It must be shown that
    neither fell by more, and half the margin takes four times the prompts. Our choice."""
    guards: GuardOptions = GuardOptions()


@dataclass(frozen=True)
class Measured:
    """A policy on the promotion prompts."""

    scores: Scores
    """Of sampled answers."""
    items: Sequence[ItemScore]
    """Of sampled answers, prompt by prompt."""
    greedy: Scores | None = None


def decide(
    champion: Measured, challenger: Measured, promotion_metrics: Mapping[str, str], options: GateOptions
) -> GateDecision:
    """Compare two policies on the promotion prompts; `promotion_metrics` is task → metric that was not its reward.

    The challenger is promoted when the lower end of the paired two-sided 95 % interval of the mean score over tasks is
    above 0, every task is non-inferior in its score and in its promotion metric
    (`astor.evaluation.noninferiority.compare`), and every guard holds. Each must hold, so nothing is corrected for
    their number (Berger 1982, the intersection-union test). Our choice: a mean can hide a task that was given up, and a
    reward can be gamed in ways that another metric sees.

    Raises:
        UserError: the two were not measured on the same prompts, or not by the promotion metrics.
    """
    mean = paired_difference(champion.items, challenger.items, dict.fromkeys(promotion_metrics, "score")).mean
    tasks = {
        task: (
            _compared(champion, challenger, task, "score", options),
            _compared(champion, challenger, task, m, options),
        )
        for task, m in promotion_metrics.items()
    }
    guards = tuple(check_guards(champion.items, challenger.items, list(tasks), options.guards))
    holder, contender = champion.scores.policy_digest, challenger.scores.policy_digest
    blocks = [*_blocks(tasks, options.margin), *(tell_guard(guard) for guard in guards if not guard.passed)]
    change = (
        f"mean sampled score on promotion prompts {mean.value:+.3f}, 95 % interval [{mean.low:+.3f}, {mean.high:+.3f}]"
    )
    if holder == contender:
        reason = "The challenger is the champion itself."
    elif mean.low <= 0:
        reason = " ".join([f"Not shown to be better: {change}.", *blocks])
    elif blocks:
        reason = " ".join([f"Better in the mean, but blocked: {change}.", *blocks])
    else:
        reason = (
            f"Better: {change}; every task was shown to lose at most {options.margin:g}, in its sampled score and in "
            "the metric that was not its reward."
        )
    return GateDecision(
        promoted=holder != contender and is_better(mean, tasks) and all(guard.passed for guard in guards),
        reason=reason,
        mean_difference=mean.value,
        low=mean.low,
        high=mean.high,
        margin=options.margin,
        tasks=tasks,
        guards=guards,
        greedy=_greedy(champion.greedy, challenger.greedy, list(tasks)),
        champion_digest=holder,
        challenger_digest=contender,
        challenger_round=challenger.scores.round,
    )


def is_better(mean: Interval, tasks: Mapping[str, Sequence[MetricComparison]]) -> bool:
    """The rule on scores: the mean difference over tasks is shown to be above 0, and no task to have lost."""
    return mean.low > 0 and all(one.verdict == "non-inferior" for compared in tasks.values() for one in compared)


def power(prompts: Mapping[str, int], samples: int, options: GateOptions) -> Power:
    """What the gate needs, by task → promotion prompts and the samples of each, before anything is measured."""
    deviation = assumed_deviation(samples)
    return Power(needed=prompts_needed(deviation, options.margin), deviation=deviation, prompts=dict(prompts))


def tell_few(power: Power) -> str:
    """What a gate without prompts enough means, in one sentence."""
    few = ", ".join(f"{task} {count}" for task, count in power.few.items())
    return (
        f"The gate wants {power.needed} promotion prompts of each task to see with 80 % power that nothing was lost, "
        f"and there are fewer ({few}): a task may stay undecided, which blocks promotion; raise "
        "data.prompts.promotion, evaluation.samples or gate.margin."
    )


def _compared(
    champion: Measured, challenger: Measured, task: str, metric: str, options: GateOptions
) -> MetricComparison:
    return compare(metric, *paired_values(champion.items, challenger.items, task, metric), options.margin)


def _blocks(tasks: Mapping[str, Sequence[MetricComparison]], margin: float) -> Iterator[str]:
    """A sentence for each comparison that is not shown to be non-inferior."""
    for task, compared in tasks.items():
        for one in compared:
            what = f"{task} {one.metric} {one.difference:+.3f}, at least {one.low:+.3f}"
            if one.verdict == "worse":
                yield f"Worse by more than {margin:g}: {what}, at most {one.high:+.3f}."
            elif one.verdict == "undecided" and (one.prompts_needed or 0) > one.prompts:
                yield f"Undecided: {what}; {one.prompts_needed} prompts would decide, there are {one.prompts}."
            elif one.verdict == "undecided":
                yield f"Undecided: {what}, though {one.prompts_needed} prompts would do had nothing changed."


def _greedy(champion: Scores | None, challenger: Scores | None, tasks: Sequence[str]) -> dict[str, tuple[float, float]]:
    if champion is None or challenger is None:
        return {}
    return {task: (champion.value(task), challenger.value(task)) for task in tasks}
