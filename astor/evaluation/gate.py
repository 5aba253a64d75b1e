"""The promotion gate: whether a challenger takes the champion's place."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from astor.evaluation.paired import paired_difference
from astor.options import Options
from astor.records import GateDecision, ItemScore

ROUNDING = 1e-9


class GateOptions(Options):
    """What a challenger may lose."""

    margin: float = Field(0.03, ge=0, le=1)
    """Most that a task's score, or its metric that was not the reward, may fall, in [0, 1] (our choice: the standard
    error of a task's mean over some hundred prompts)."""


def decide(
    champion: Sequence[ItemScore],
    challenger: Sequence[ItemScore],
    promotion_metrics: Mapping[str, str],
    options: GateOptions,
    *,
    champion_digest: str,
    challenger_digest: str,
) -> GateDecision:
    """Compare item scores of both policies on the promotion prompts; `promotion_metrics` is task → metric.

    The challenger is promoted when the paired 95 % interval of the mean score over tasks lies above 0 and on no task
    the score, or the metric that was not its reward, falls by more than the margin (our choice: a mean can hide a task
    that was given up, and a reward can be gamed in ways that another metric sees).

    Raises:
        UserError: the two were not measured on the same prompts, or not by the promotion metrics.
    """
    score = paired_difference(champion, challenger, dict.fromkeys(promotion_metrics, "score"))
    other = paired_difference(champion, challenger, promotion_metrics)
    lost = [
        f"{task} {name} by {-difference.value:.3f}"
        for names, tasks in ((dict.fromkeys(promotion_metrics, "score"), score.tasks), (promotion_metrics, other.tasks))
        for task, difference in tasks.items()
        for name in [names[task]]
        if difference.value < -options.margin - ROUNDING
    ]
    interval = f"95 % interval [{score.mean.low:+.3f}, {score.mean.high:+.3f}]"
    change = f"mean sampled score on promotion prompts {score.mean.value:+.3f}, {interval}"
    if champion_digest == challenger_digest:
        reason = "The challenger is the champion itself."
    elif score.mean.low <= 0:
        reason = f"Not shown to be better: {change}."
    elif lost:
        reason = f"Better in the mean ({change}), but it loses more than {options.margin:g}: {', '.join(lost)}."
    else:
        reason = (
            f"Better: {change}; no task fell there by more than {options.margin:g}, in its sampled score or in the "
            "metric that was not its reward."
        )
    return GateDecision(
        promoted=champion_digest != challenger_digest and score.mean.low > 0 and not lost,
        reason=reason,
        mean_difference=score.mean.value,
        low=score.mean.low,
        high=score.mean.high,
        task_differences={task: difference.value for task, difference in score.tasks.items()},
        metric_differences={task: difference.value for task, difference in other.tasks.items()},
        champion_digest=champion_digest,
        challenger_digest=challenger_digest,
    )
