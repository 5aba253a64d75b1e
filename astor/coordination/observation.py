"""What a scheduler is shown of a round after it was judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from astor.coordination.groups import enough_valid
from astor.records import Group, UpdateReport, Verdict


@dataclass(frozen=True)
class PromptObservation:
    """The valid rollouts of one prompt, in their order."""

    prompt_id: str
    scores: tuple[float, ...]
    """Task part of the reward, in [0, 1]."""
    rewards: tuple[float, ...]
    advantages: tuple[float, ...]
    informative: bool
    tokens: int = 0
    """Tokens generated in these rollouts."""
    answers: tuple[int, ...] = ()
    """A number for each rollout's answer, the same for the same text; empty where nobody looked."""


@dataclass(frozen=True)
class TaskObservation:
    """One task's prompts whose groups were not dropped."""

    prompts: tuple[PromptObservation, ...]

    @property
    def informative(self) -> int:
        """Groups with more than one reward."""
        return sum(prompt.informative for prompt in self.prompts)

    @cached_property
    def deviations(self) -> NDArray[np.float64]:
        """(n,) population standard deviation of each prompt's scores, in [0, 0.5]; exactly 0 where all are equal."""
        return np.array([np.std(scores) if np.ptp(scores := prompt.scores) else 0.0 for prompt in self.prompts])


@dataclass(frozen=True)
class RoundObservation:
    """One round, and the report of the last update that was made before it was judged."""

    round: int
    tasks: dict[str, TaskObservation]
    """Only tasks that have a prompt to show."""
    report: UpdateReport | None = None

    @property
    def prompt_ids(self) -> dict[str, list[str]]:
        """Task → its prompts."""
        return {task: [prompt.prompt_id for prompt in seen.prompts] for task, seen in self.tasks.items()}


def observe_round(
    round: int,
    verdicts: Iterable[Verdict],
    groups: Iterable[Group],
    report: UpdateReport | None,
    texts: Mapping[tuple[str, int], str] | None = None,
) -> RoundObservation:
    """The observation of a round, from its verdicts and the groups that `form_groups` made of them.

    Groups with fewer than half of their rollouts valid are left out: what they show is mostly noise. `texts` are the
    answers of all rollouts, by prompt and number, where the scheduler compares them.
    """
    judged = {(verdict.prompt_id, verdict.rollout): verdict for verdict in verdicts}
    tasks: dict[str, list[PromptObservation]] = {}
    for group in groups:
        if not enough_valid(group.rewards):
            continue
        valid = [index for index, reward in enumerate(group.rewards) if reward is not None]
        told = [judged[group.prompt_id, index] for index in valid]
        tasks.setdefault(group.task, []).append(
            PromptObservation(
                prompt_id=group.prompt_id,
                scores=tuple(verdict.score for verdict in told if verdict.score is not None),
                rewards=tuple(reward for reward in group.rewards if reward is not None),
                advantages=tuple(group.advantages[index] for index in valid),
                informative=group.informative,
                tokens=sum(verdict.tokens for verdict in told),
                answers=_numbered([texts[group.prompt_id, index] for index in valid]) if texts is not None else (),
            )
        )
    return RoundObservation(round, {task: TaskObservation(tuple(prompts)) for task, prompts in tasks.items()}, report)


def _numbered(texts: Sequence[str]) -> tuple[int, ...]:
    """Each text's place among the different ones."""
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return tuple(places[text] for text in texts)
