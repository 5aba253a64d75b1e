"""Training rows: completions, groups and a batch, in the order and the pieces in which an update goes over them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from astor.records import Batch, Completion, Group


@dataclass(frozen=True)
class TrainingGroup:
    """The valid rollouts of one kept group."""

    prompt_id: str
    task: int
    """Index of the task in the batch's quotas."""
    informative: bool
    prompt: tuple[int, ...]
    completions: tuple[Completion, ...]
    advantages: tuple[float, ...]

    @property
    def longest(self) -> int:
        """Tokens of the longest completion."""
        return max(len(completion.tokens) for completion in self.completions)

    @property
    def width(self) -> int:
        """Tokens of a padded row."""
        return len(self.prompt) + self.longest

    @property
    def filler(self) -> "TrainingGroup":
        """A row of it that counts nothing: none of its tokens is in the mask."""
        shortest = min(self.completions, key=lambda completion: len(completion.tokens))
        unmasked = shortest.model_copy(update={"loss_mask": (False,) * len(shortest.tokens)})
        return TrainingGroup(self.prompt_id, self.task, False, self.prompt, (unmasked,), (0.0,))

    def piece(self, start: int, stop: int) -> "TrainingGroup":
        """The same group with some of its rollouts."""
        return TrainingGroup(
            self.prompt_id,
            self.task,
            self.informative,
            self.prompt,
            self.completions[start:stop],
            self.advantages[start:stop],
        )


def training_groups(completions: Iterable[Completion], groups: Iterable[Group], batch: Batch) -> list[TrainingGroup]:
    """The groups that are kept, each with its rollouts that have a reward, in the order of `groups`."""
    tasks = {task: index for index, task in enumerate(batch.quotas)}
    known = {(completion.prompt_id, completion.rollout): completion for completion in completions}
    rows = []
    for group in groups:
        if not group.kept:
            continue
        valid = [rollout for rollout, reward in enumerate(group.rewards) if reward is not None]
        mine = tuple(known[group.prompt_id, rollout] for rollout in valid)
        advantages = tuple(group.advantages[rollout] for rollout in valid)
        prompt = mine[0].prompt_tokens
        rows.append(TrainingGroup(group.prompt_id, tasks[group.task], group.informative, prompt, mine, advantages))
    return rows


def mini_batches(groups: Sequence[TrainingGroup], count: int, seed: int) -> list[list[TrainingGroup]]:
    """At most `count` parts, none empty, each with its share of every task's informative groups and of its anchors.

    Groups are shuffled by `seed` and dealt out task by task, one deal going on where the last one ended, so that parts
    differ in size by one at most.
    """
    random = np.random.default_rng(seed)
    kinds: dict[tuple[bool, int], list[TrainingGroup]] = defaultdict(list)
    for group in groups:
        kinds[not group.informative, group.task].append(group)
    parts: list[list[TrainingGroup]] = [[] for _ in range(count)]
    dealt = 0
    for kind in sorted(kinds):
        for index in random.permutation(len(kinds[kind])):
            parts[dealt % count].append(kinds[kind][index])
            dealt += 1
    return [part for part in parts if part]


def mini_batch_order(count: int, epochs: int, seed: int) -> list[int]:
    """Numbers of mini-batches in the order of optimizer steps: 0 to `count` - 1 in the first epoch, and in each further
    one a permutation of them by `seed`."""
    order = list(range(count))
    for epoch in range(1, epochs):
        order += np.random.default_rng((seed, epoch)).permutation(count).tolist()
    return order


def split_evenly(groups: Sequence[TrainingGroup], parts: int) -> list[list[TrainingGroup]]:
    """The groups in `parts` parts of about the same work; some are empty where there are fewer groups."""
    if parts == 1:
        return [list(groups)]
    by_work = sorted(groups, key=lambda group: (len(group.completions) * group.width, group.prompt_id), reverse=True)
    return [by_work[part::parts] for part in range(parts)]


def micro_batches(groups: Sequence[TrainingGroup], tokens: int) -> list[list[TrainingGroup]]:
    """The groups in pieces of at most `tokens` padded tokens each; in each, informative groups come first.

    Groups of like lengths come together. A group that is too large alone is cut, its prompt computed once per piece;
    a single row is never cut.
    """
    pieces: list[TrainingGroup] = []
    for group in groups:
        rows = max(tokens // group.width, 1)
        pieces += [group.piece(start, start + rows) for start in range(0, len(group.completions), rows)]
    pieces.sort(key=lambda piece: (piece.longest, len(piece.prompt)))
    packed: list[list[TrainingGroup]] = []
    rows, prompt, longest = 0, 0, 0
    for piece in pieces:
        prompt, longest = max(prompt, len(piece.prompt)), max(longest, piece.longest)
        rows += len(piece.completions)
        if not packed or rows * (prompt + longest) > tokens:
            packed.append([])
            rows, prompt, longest = len(piece.completions), len(piece.prompt), piece.longest
        packed[-1].append(piece)
    return [sorted(piece, key=lambda group: not group.informative) for piece in packed]


def evened(shares: Sequence[Sequence[list[TrainingGroup]]]) -> list[list[list[TrainingGroup]]]:
    """The pieces of each rank, longest first, as many for each: a row that counts nothing fills up.

    Longest first, so that memory that is too small is found at once, and ranks wait little for each other.
    """
    most = max(map(len, shares))
    groups = (group for share in shares for piece in share for group in piece)
    filler = min(groups, key=lambda group: group.width).filler
    return [[*reversed(share), *([[filler]] * (most - len(share)))] for share in shares]
