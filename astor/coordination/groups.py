"""Groups: the rollouts of one prompt, compared with each other."""

import math
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from astor.coordination.quotas import Floats
from astor.errors import UserError
from astor.options import Options
from astor.records import Group, Outcome, Verdict


class GroupOptions(Options):
    """Which groups the update sees."""

    tolerance: float = Field(default=1e-6, ge=0)
    """A group is informative where its largest and smallest reward differ by more. Tested on rewards, so that a group
    of equal rewards is never informative, whatever they are (MT-GRPO's lenient filter lets all-0.1 groups through)."""
    anchors: float = Field(default=0.5, ge=0, le=1)
    """Groups without reward variance are kept as rows of the KL term, where a saturated task would be protected: as
    many as make the task's kept groups up to this share of its quota, and none where its KL coefficient is 0. Our
    choice: a task's KL term is a mean over its rows and weighs the same however many they are, so half as many measure
    it nearly as well and cost half of the update's time. 1 keeps all of a round without redraws; 0 keeps none."""
    largest_failure_share: float = Field(default=0.2, ge=0, le=1)
    """Share of rollouts whose judging failed by our fault above which the round stops (our choice: a sandbox that
    fails this often is broken, and going on would teach from a biased remainder)."""
    shuffle_rewards: bool = False
    """A control: permute each round's rewards within each task, so that nothing can be learnt from them. What still
    moves was not moved by the rewards."""


@dataclass(frozen=True)
class GroupCounts:
    """How the groups of one task fared."""

    groups: int
    informative: int
    anchors: int
    dropped: int
    """Groups with fewer than half of their rollouts valid."""
    failures: int
    """Rollouts without a reward."""


def form_groups(
    verdicts: Sequence[Verdict],
    reward_of: Callable[[Verdict], float | None],
    advantages_of: Callable[[Floats], Floats],
    options: GroupOptions,
    quotas: Mapping[str, int],
    kl_coefficients: Mapping[str, float],
    accept: Callable[[Sequence[Group]], Container[str]] | None = None,
) -> tuple[list[Group], dict[str, GroupCounts]]:
    """One group per prompt, in the order in which the prompts first appear, and counts per task of `quotas`.

    `reward_of` gives a verdict's shaped reward, None for an infrastructure error; `advantages_of` the loss's advantages
    of a group's valid rewards, where they differ; `quotas` and `kl_coefficients` are the batch's; `accept` gives the
    prompts whose informative groups the update gets, None keeps all. UserError where more than
    `options.largest_failure_share` of the rollouts have no reward.
    """
    rollouts: dict[str, dict[int, Verdict]] = {}
    for verdict in verdicts:
        rollouts.setdefault(verdict.prompt_id, {})[verdict.rollout] = verdict
    failures = sum(verdict.outcome == Outcome.INFRASTRUCTURE_ERROR for verdict in verdicts)
    if verdicts and failures / len(verdicts) > options.largest_failure_share:
        raise UserError(
            f"Sampling or judging failed for {failures} of {len(verdicts)} rollouts by a fault of the machine, more "
            f"than {options.largest_failure_share:.0%} (groups.largest_failure_share): run `astor sandbox check`, look "
            f"after the rollout engine's servers where it has some, then give the same command again."
        )
    kept: Counter[str] = Counter()
    groups = [
        _compare(prompt_id, of_prompt, reward_of, advantages_of, options) for prompt_id, of_prompt in rollouts.items()
    ]
    if accept is not None:
        accepted = accept(groups)
        groups = [group.model_copy(update={"kept": group.kept and group.prompt_id in accepted}) for group in groups]
    kept.update(group.task for group in groups if group.kept)
    for position, group in enumerate(groups):
        most = math.ceil(options.anchors * quotas[group.task])
        anchor = kl_coefficients[group.task] > 0 and kept[group.task] < most
        if anchor and not group.informative and enough_valid(group.rewards):
            kept[group.task] += 1
            groups[position] = group.model_copy(update={"kept": True})
    return groups, {task: _count([group for group in groups if group.task == task]) for task in quotas}


def enough_valid(rewards: Sequence[float | None]) -> bool:
    """Whether at least half of a group's rollouts have a reward."""
    return 2 * sum(reward is not None for reward in rewards) >= len(rewards)


def valid_advantages(
    rewards: Sequence[float | None], advantages_of: Callable[[Floats], Floats], tolerance: float
) -> tuple[float, ...]:
    """What `advantages_of` makes of the valid rewards, 0 for the others.

    All 0 where the valid rewards don't differ by more than `tolerance`.
    """
    values = np.array([np.nan if reward is None else reward for reward in rewards], dtype=np.float64)
    valid = ~np.isnan(values)
    advantages = np.zeros_like(values)
    if valid.sum() > 1 and np.ptp(values[valid]) > tolerance:
        advantages[valid] = advantages_of(values[valid])
    return tuple(advantages.tolist())


def _compare(
    prompt_id: str,
    rollouts: Mapping[int, Verdict],
    reward_of: Callable[[Verdict], float | None],
    advantages_of: Callable[[Floats], Floats],
    options: GroupOptions,
) -> Group:
    assert sorted(rollouts) == list(range(len(rollouts))), f"rollouts of {prompt_id} are not numbered 0, 1, 2, …"
    verdicts = [rollouts[index] for index in range(len(rollouts))]
    rewards = tuple(map(reward_of, verdicts))
    advantages = (0.0,) * len(rewards)
    if enough_valid(rewards):
        advantages = valid_advantages(rewards, advantages_of, options.tolerance)
    informative = any(advantages)
    return Group(
        prompt_id=prompt_id,
        task=verdicts[0].task,
        rewards=rewards,
        advantages=advantages,
        informative=informative,
        kept=informative,
    )


def _count(groups: Sequence[Group]) -> GroupCounts:
    return GroupCounts(
        groups=len(groups),
        informative=sum(group.informative for group in groups),
        anchors=sum(group.kept and not group.informative for group in groups),
        dropped=sum(not enough_valid(group.rewards) for group in groups),
        failures=sum(reward is None for group in groups for reward in group.rewards),
    )


def shuffle_verdicts(verdicts: Sequence[Verdict], random: np.random.Generator) -> list[Verdict]:
    """The verdicts, each with the score and format of another rollout of its task drawn by `random`."""
    shuffled = list(verdicts)
    for task in sorted({verdict.task for verdict in verdicts}):
        places = [place for place, verdict in enumerate(verdicts) if verdict.task == task]
        for place, donor in zip(places, random.permutation(places), strict=True):
            judged = verdicts[donor]
            earned = {"outcome": judged.outcome, "score": judged.score, "format": judged.format}
            told = {"parts": judged.parts, "data": judged.data}
            shuffled[place] = verdicts[place].model_copy(update=earned | told)
    return shuffled
