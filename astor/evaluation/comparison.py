"""Two runs side by side: what differs in them, and how the second's last policy differs from the first's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from astor.evaluation.changes import paired_changes
from astor.evaluation.history import Changes, Pair, RunHistory
from astor.evaluation.paired import PairedDifference, paired_difference
from astor.records import ItemScore


class Side(NamedTuple):
    """One of the two runs."""

    name: str
    history: RunHistory


class Difference(NamedTuple):
    """What has another value in each run; None where one has none."""

    key: str
    first: str | None
    second: str | None


@dataclass(frozen=True)
class RunComparison:
    """Everything that a page of two runs shows."""

    first: Side
    second: Side
    settings: Sequence[Difference]
    """Keys of the recipes."""
    same_prompts: Collection[str]
    """Held-out prompts that are the same in both runs."""

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.first, self.second

    @cached_property
    def facts(self) -> list[Difference]:
        """What else the runs need to be repeated, where it differs."""
        return differences(self.first.history.facts, self.second.history.facts)

    @property
    def tasks(self) -> list[str]:
        """Those of both runs, in the order of every table and picture."""
        return sorted({*self.first.history.tasks, *self.second.history.tasks})

    @cached_property
    def sampled(self) -> "Paired":
        """The last policies' sampled answers."""
        return Paired.of(self.first.history.sampled, self.second.history.sampled, self.same_prompts)

    @cached_property
    def greedy(self) -> "Paired | None":
        """Their greedy answers; None where one of the runs has none."""
        first, second = self.first.history.greedy, self.second.history.greedy
        return Paired.of(first, second, self.same_prompts) if first and second else None


class Paired(NamedTuple):
    """The second run's last policy less the first's, on the prompts that both answered."""

    scores: PairedDifference | None
    """None where no prompt is the same."""
    changes: Changes
    """Task and metric → the difference, as in `Pair`."""
    counts: Mapping[str, int]
    """Task → prompts that are the same."""

    @classmethod
    def of(cls, first: Pair, second: Pair, same_prompts: Collection[str]) -> "Paired":
        """Prompt by prompt, of what both were measured on."""
        sides = [_by_task(pair.items_after, same_prompts) for pair in (first, second)]
        tasks = sorted(sides[0].keys() & sides[1].keys())
        both = {task: sides[0][task] & sides[1][task] for task in tasks}
        counts = {task: len(prompts) for task, prompts in both.items() if prompts}
        if not counts:
            return cls(None, {}, {})
        kept = [
            [item for item in pair.items_after if item.prompt_id in both.get(item.task, ())] for pair in (first, second)
        ]
        scores = paired_difference(kept[0], kept[1], dict.fromkeys(counts, "score"))
        return cls(scores, paired_changes(kept[0], kept[1]), counts)


def differences(first: Mapping[str, str], second: Mapping[str, str]) -> list[Difference]:
    """The keys whose values are not the same in both, in the order of the first, then of the second."""
    keys = dict.fromkeys((*first, *second))
    return [Difference(key, first.get(key), second.get(key)) for key in keys if first.get(key) != second.get(key)]


def _by_task(items: Sequence[ItemScore], same_prompts: Collection[str]) -> dict[str, set[str]]:
    """Task → prompts that were measured and are the same in the other run."""
    found: dict[str, set[str]] = {}
    for item in items:
        if item.metric == "score" and item.samples and item.prompt_id in same_prompts:
            found.setdefault(item.task, set()).add(item.prompt_id)
    return found
