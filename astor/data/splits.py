"""Which split an item belongs to: a matter of its structure or its repository, never of a seed or a place in a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from astor.errors import UserError
from astor.options import Options
from astor.records import Commit, Item, Split
from astor.storage import digest_bytes


class SplitOptions(Options):
    """How items are divided. One set of fractions for all sources keeps a function in one split everywhere."""

    by: Literal["function", "repository"] = "function"
    """What is never divided: a function by its structure, and the commits that touch the same file of a repository
    first; or besides all commits of a repository, whose files tell of each other."""
    warm_start: float = Field(default=0.4, ge=0, le=1)
    """Share of structural classes for the supervised warm start, in [0, 1]. Our choice."""
    train: float = Field(default=0.3, ge=0, le=1)
    """Share for reinforcement learning, in [0, 1]. Our choice."""
    held_out: float = Field(default=0.15, ge=0, le=1)
    """Share for scores during and after the run, in [0, 1]. Our choice."""
    promotion: float = Field(default=0.15, ge=0, le=1)
    """Share for the promotion gate alone, in [0, 1]. Our choice."""
    warm_start_depth: int = Field(default=0, ge=0)
    """Items of known difficulty up to this one always belong to the warm start; 0 turns the rule off. Our choice:
    easy grammars have so few easy functions that a hash would leave a handful of them in the other splits."""

    @model_validator(mode="after")
    def _fractions_sum_to_one(self) -> Self:
        total = self.warm_start + self.train + self.held_out + self.promotion
        if abs(total - 1) > 1e-9:
            raise ValueError(f"warm_start, train, held_out and promotion must sum to 1, not {total:g}")
        return self

    def split(self, structural_hash: str, difficulty: int) -> Split:
        """The split of a structural class; `difficulty` 0 means unknown."""
        if 0 < difficulty <= self.warm_start_depth:
            return Split.WARM_START
        place = int(structural_hash[:13], 16) / 16**13
        for split, share in self._shares():
            place -= share
            if place < 0:
                return split
        return next(split for split, share in reversed(self._shares()) if share > 0)  # rounding at the upper end

    def split_of(self, item: Item) -> Split:
        """The split of `item`, by what is not divided and its difficulty alone."""
        content = item.content
        if self.by == "repository" and isinstance(content, Commit) and content.repository:
            return self.split(digest_bytes(content.repository.encode()), item.difficulty)
        return self.split(item.structural_hash, item.difficulty)

    def _shares(self) -> tuple[tuple[Split, float], ...]:
        return (
            (Split.WARM_START, self.warm_start),
            (Split.TRAIN, self.train),
            (Split.HELD_OUT, self.held_out),
            (Split.PROMOTION, self.promotion),
        )


def count_classes(items: Iterable[tuple[Split, Item]]) -> dict[Split, int]:
    """Distinct structural classes per split."""
    classes: dict[Split, set[str]] = {split: set() for split in Split}
    for split, item in items:
        classes[split].add(item.structural_hash)
    return {split: len(hashes) for split, hashes in classes.items()}


def require_classes(found: Mapping[Split, int], needed: Mapping[Split, int]) -> None:
    """UserError where a split has fewer structural classes than are needed: its scores would be of a few functions."""
    for split, count in needed.items():
        if found.get(split, 0) < count:
            raise UserError(
                f"The split {split.value} has {found.get(split, 0)} functions of different structure and needs {count}:"
                " give it a larger share under splits, give the source more families or depths, or ask for fewer."
            )


def no_prompt(task: str, split: Split, structures: int, narrowed: Mapping[str, Sequence[object]] | None = None) -> str:
    """Why a task has no prompt in a split, where its items have so many different structures, and the way out.

    `narrowed` are the values of options by which the task takes some items alone.
    """
    begin = f"The task {task} got no prompt for the split {split.value}"
    if not structures and narrowed:
        told = (f"tasks.{task}.{name} {', '.join(map(str, values))}" for name, values in narrowed.items())
        return f"{begin}, for no item is of {' and '.join(told)}: widen them, or give data.sources such items."
    if not structures:
        return f"{begin} from these sources: give data.sources items of its kind, or remove it from tasks."
    return (
        f"{begin}, though there are items of its kind: they are of {structures} functions or files, each of which goes "
        "to one split whole, and none that it can use fell there; give more of them, or a larger "
        f"data.splits.{split.value}."
    )


def no_demonstration(tasks: Sequence[str], wanted: Mapping[str, int]) -> str:
    """Why a warm start would have nothing to learn from, and the way out; `wanted` is data.prompts.demonstrations."""
    if not any(wanted.values()):
        return (
            "The policy is made from demonstrations, and data.prompts.demonstrations asks for none: say there how many "
            f"of each task, as {{{', '.join(f'{task}: 200' for task in tasks)}}}."
        )
    return (
        f"The policy is made from demonstrations, and nothing that {', '.join(wanted)} can use fell into the split "
        "warm_start: give more items, or a larger data.splits.warm_start."
    )
