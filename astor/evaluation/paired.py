"""Two policies compared on the same prompts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from astor.errors import UserError
from astor.evaluation.intervals import Interval, mean_interval
from astor.records import ItemScore


@dataclass(frozen=True)
class PairedDifference:
    """Challenger minus champion, in [-1, 1]."""

    mean: Interval
    """Unweighted mean over tasks."""
    tasks: dict[str, Interval]
    prompts: int
    """Prompts that both policies were measured on."""


def paired_difference(
    champion: Sequence[ItemScore], challenger: Sequence[ItemScore], metrics: Mapping[str, str]
) -> PairedDifference:
    """Difference of each task's metric (task → metric in [0, 1]), prompt by prompt, stratified by task.

    Pairing takes out how hard each prompt is, which is most of the variance. A prompt that one of the two could not be
    measured on, because each of its samples was an infrastructure error, is left out.

    Raises:
        UserError: the two were not measured on the same prompts, or neither was measured by a metric.
    """
    differences = {}
    for task, metric in metrics.items():
        before, after = paired_values(champion, challenger, task, metric)
        differences[task] = [late - early for early, late in zip(before, after, strict=True)]
    bounds = (-1.0, 1.0)
    return PairedDifference(
        mean=mean_interval(list(differences.values()), bounds),
        tasks={task: mean_interval([values], bounds) for task, values in differences.items()},
        prompts=sum(map(len, differences.values())),
    )


def paired_values(
    champion: Sequence[ItemScore], challenger: Sequence[ItemScore], task: str, metric: str
) -> tuple[list[float], list[float]]:
    """The champion's values and the challenger's, of each prompt that both were measured on, in one order.

    Raises:
        UserError: as `paired_difference`.
    """
    before, after = _measured(champion, task, metric), _measured(challenger, task, metric)
    if before is None and after is None:
        raise UserError(f"Neither policy was measured by {metric!r} on {task}: evaluate both again with it.")
    of_champion, of_challenger = _prompts(champion, task, metric), _prompts(challenger, task, metric)
    unlike = of_champion.keys() ^ of_challenger.keys()
    if unlike:
        raise UserError(
            f"{len(unlike)} prompts of {task} were answered by one of the two policies only, as {min(unlike)}: "
            "evaluate both on the same batch."
        )
    both = [prompt for prompt, samples in sorted(of_champion.items()) if samples and of_challenger[prompt]]
    if not both:
        raise UserError(f"No prompt of {task} was measured on both policies: evaluate both again.")
    return [(before or {}).get(prompt, 0.0) for prompt in both], [(after or {}).get(prompt, 0.0) for prompt in both]


def _prompts(items: Sequence[ItemScore], task: str, metric: str) -> dict[str, int]:
    """Prompt → valid samples: those that the metric was measured on, and all with a score where it never was."""
    for name in (metric, "score"):
        if found := {item.prompt_id: item.samples for item in items if (item.task, item.metric) == (task, name)}:
            return found
    return {}


def _measured(items: Sequence[ItemScore], task: str, metric: str) -> dict[str, float] | None:
    """Prompt → value; None where no sample has the metric, as when every answer was malformed: each then counts 0."""
    return {item.prompt_id: item.value for item in items if (item.task, item.metric) == (task, metric)} or None
