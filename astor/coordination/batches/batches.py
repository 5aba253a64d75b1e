"""A round's batch: what is drawn for it, what is drawn again, and which groups it accepts."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from astor.coordination.batches.acceptance import Acceptance, passing
from astor.coordination.batches.options import BatchesOptions
from astor.coordination.observation import RoundObservation
from astor.coordination.quotas import Counts, Floats, apportion
from astor.coordination.state import require_keys

Random = np.random.Generator


class Batches(ABC):
    """Makes the batch of every round. Arrays have K entries, one per task."""

    def __init__(self, options: BatchesOptions, tasks: Sequence[str]) -> None:
        self.options, self.tasks = options, tuple(tasks)
        self.acceptance = Acceptance(options, self.tasks)
        self.shares: Floats = np.full(len(self.tasks), 1 / len(self.tasks))
        """z, of this round."""
        self.targets: Counts = np.zeros(len(self.tasks), np.int64)
        """Groups that the update is meant to have of each task."""
        self.drawn: Counts = np.zeros(len(self.tasks), np.int64)
        """Prompts drawn in this round so far."""

    def begin(self, shares: Floats, quotas: Counts, capacities: Counts, random: Random) -> Counts:
        """Prompts of a round's first draw. `quotas` apportion the batch by `shares`; `capacities` are the most
        different prompts that a task can give."""
        self.acceptance.begin()
        self.shares, self.targets = shares, self._targets(quotas, capacities, random)
        self.drawn = self._first(capacities, random)
        return self.drawn

    def further(self, observation: RoundObservation, draw: int, capacities: Counts, random: Random) -> Counts | None:
        """Prompts of further draw number `draw`, from 1; None where the batch has enough, or nothing is left to draw.
        `observation` is of all draws so far."""
        self.acceptance.observe(observation)
        if draw >= self.options.draws:
            return None
        counts = self._further(self._passed(observation), capacities - self.drawn, random)
        if counts is None or not counts.any():
            return None
        self.drawn = self.drawn + counts
        return counts

    def accept(self, observation: RoundObservation, random: Random) -> set[str]:
        """The prompts whose groups the update gets, of those that the filter lets through; never more than a batch,
        but for `plain`."""
        return self._accept(passing(observation, self.tasks, self.options), random)

    def observe(self, observation: RoundObservation) -> None:
        """A round is over."""
        self.acceptance.observe(observation)

    @property
    def size(self) -> int:
        """B, the groups of a whole batch."""
        return int(self.targets.sum())

    @property
    def pool(self) -> int:
        """Prompts of one draw."""
        return math.ceil(self.options.oversampling * self.size)

    def _passed(self, observation: RoundObservation) -> Counts:
        return np.array([len(ids) for ids in passing(observation, self.tasks, self.options)], np.int64)

    def _targets(self, quotas: Counts, capacities: Counts, random: Random) -> Counts:
        return quotas

    @abstractmethod
    def _first(self, capacities: Counts, random: Random) -> Counts: ...

    def _further(self, passed: Counts, left: Counts, random: Random) -> Counts | None:
        return None

    @abstractmethod
    def _accept(self, passed: list[list[str]], random: Random) -> set[str]: ...

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "acceptance": self.acceptance.state_dict(),
            "shares": self.shares.tolist(),
            "targets": self.targets.tolist(),
            "drawn": self.drawn.tolist(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("acceptance", "shares", "targets", "drawn"), "the batches")
        self.acceptance.load_state_dict(state["acceptance"])
        self.shares = np.array(state["shares"], np.float64)
        self.targets, self.drawn = np.array(state["targets"], np.int64), np.array(state["drawn"], np.int64)


class Plain(Batches):
    """One draw, all of whose groups with more than one reward are accepted."""

    def _first(self, capacities: Counts, random: Random) -> Counts:
        if self.options.inflation == 1:
            return self.targets
        return apportion(self.acceptance.inflated(self.shares), self.size, capacities.tolist(), random)

    def _accept(self, passed: list[list[str]], random: Random) -> set[str]:
        return {prompt_id for ids in passed for prompt_id in ids}


class Dynamic(Batches):
    """Draws until a batch of groups passes the filter, whatever their task."""

    def _first(self, capacities: Counts, random: Random) -> Counts:
        return self._draw(capacities, random)

    def _further(self, passed: Counts, left: Counts, random: Random) -> Counts | None:
        return None if passed.sum() >= self.size else self._draw(left, random)

    def _draw(self, left: Counts, random: Random) -> Counts:
        return apportion(self.acceptance.inflated(self.shares), min(self.pool, int(left.sum())), left.tolist(), random)

    def _accept(self, passed: list[list[str]], random: Random) -> set[str]:
        every = [prompt_id for ids in passed for prompt_id in ids]
        return chosen(every, self.size, random)


def chosen(ids: Sequence[str], count: int, random: Random) -> set[str]:
    """At most `count` of the ids, drawn where there are more."""
    return {ids[position] for position in random.permutation(len(ids))[:count]}
