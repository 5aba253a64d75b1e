"""What MLflow plots of a run: `SPLIT/TASK/METRIC` everywhere, with the task `all` for what is of all of them together.

The split `train` is what rounds sampled and learnt from; `held_out` and `promotion` are what was measured.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from astor.evaluation.alarms import Alarm
from astor.evaluation.hand_overs import HandOvers
from astor.evaluation.score import ALL
from astor.records import GateDecision, Scores, Split, TaskStatistics, UpdateReport

TRAIN, PROMOTION = Split.TRAIN.value, Split.PROMOTION.value
MAIN = ("score", "mean")
EVERY_ROUND = f"{TRAIN}/{ALL}/learning_rate"
"""A metric that every round has."""


def round_metrics(
    statistics: Mapping[str, TaskStatistics],
    report: UpdateReport | None,
    alarms: Iterable[Alarm] = (),
    hand_overs: HandOvers | None = None,
) -> dict[str, float]:
    """Of one round: what the coordination saw and decided, with `report` what the update did, how many alarms rang of
    each task, and what `hand_overs` took where servers sampled."""
    rung = Counter(alarm.task for alarm in alarms)
    metrics: dict[str, float] = {}
    for task, of_task in statistics.items():
        values = {
            "score": of_task.score,
            "first_score": math.nan if of_task.first_score is None else of_task.first_score,
            "reward": of_task.reward,
            "acceptance": of_task.informative / of_task.prompts if of_task.prompts else math.nan,
            "potential": of_task.potential,
            "synergy": of_task.synergy,
            "noise": of_task.noise,
            "utility": of_task.utility,
            "quota": of_task.quota,
            "share": of_task.share,
            "kl_coefficient": of_task.kl_coefficient,
            "tokens": of_task.tokens,
            "length": of_task.mean_tokens,
            "dropped": of_task.dropped,
            "alarms": rung[task],
        }
        metrics |= {f"{TRAIN}/{task}/{name}": float(value) for name, value in values.items()}
    if report is not None:
        for task, update in report.tasks.items():
            measured = {
                "kl": update.kl,
                "entropy": update.entropy,
                "clipped_share": update.clipped_share,
                "truncated_share": update.truncated_share,
                "engine_difference": update.engine_difference,
                "lag": update.lag,
                "gradient_norm": update.gradient_norm,
            }
            metrics |= {f"{TRAIN}/{task}/{name}": value for name, value in measured.items() if value is not None}
        metrics[f"{TRAIN}/{ALL}/gradient_norm"] = report.gradient_norm
        metrics[EVERY_ROUND] = report.learning_rate
        metrics[f"{TRAIN}/{ALL}/skipped_steps"] = float(report.skipped_steps)
    metrics |= _of_hand_overs(TRAIN, hand_overs)
    return {name: value for name, value in metrics.items() if math.isfinite(value)}


def score_metrics(scores: Scores, hand_overs: HandOvers | None = None) -> dict[str, float]:
    """Of one evaluation: all that was measured, `METRIC_KIND` where it is of one kind of a task's prompts, and what
    `hand_overs` took where servers sampled."""
    named = ((f"{scores.split}/{score.task}", score.metric.replace("/", "_"), score.value) for score in scores.scores)
    return {f"{place}/{metric}": value for place, metric, value in named} | _of_hand_overs(scores.split, hand_overs)


def main_metrics(scores: Scores, prefix: str) -> dict[str, float]:
    """The scores themselves and their mean, of a second evaluation that stands beside the first by its `prefix`."""
    of_tasks = (score for score in scores.scores if score.metric in MAIN)
    return {f"{scores.split}/{score.task}/{prefix}_{score.metric}": score.value for score in of_tasks}


def gate_metrics(
    decision: GateDecision, champion: Scores, challenger: Scores, hand_overs: HandOvers | None = None
) -> dict[str, float]:
    """Of the gate: both policies' scores, the paired differences that it decided by, with their interval, and what
    `hand_overs` of both took where servers sampled."""
    metrics = score_metrics(challenger, hand_overs) | main_metrics(champion, "champion")
    for task, (score, other) in decision.tasks.items():
        for name, compared in (("difference", score), ("metric_difference", other)):
            metrics[f"{PROMOTION}/{task}/{name}"] = compared.difference
            metrics[f"{PROMOTION}/{task}/{name}_low"] = compared.low
    metrics[f"{PROMOTION}/{ALL}/difference"] = decision.mean_difference
    metrics[f"{PROMOTION}/{ALL}/difference_low"] = decision.low
    metrics[f"{PROMOTION}/{ALL}/difference_high"] = decision.high
    return metrics


def _of_hand_overs(split: str, hand_overs: HandOvers | None) -> dict[str, float]:
    if hand_overs is None:
        return {}
    told = {"seconds": hand_overs.seconds, "bytes": hand_overs.bytes, "share": hand_overs.share}
    return {f"{split}/{ALL}/hand_over_{name}": value for name, value in told.items()}


def metric_name(key: str) -> str:
    """`key` in the characters that MLflow allows: `pass@4` → `pass_at_4`."""
    return re.sub(r"[^\w./ :-]", "_", key.replace("@", "_at_"))
