"""Which prompts of a task are rolled out: those that promise rewards that differ, none of them for ever."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.coordination.observation import TaskObservation
from astor.coordination.scheduler import PromptInfo, TaskInfo
from astor.coordination.state import generator, require_keys
from astor.errors import UserError
from astor.options import Options
from astor.records import PromptStatistics

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

COLUMNS = ("visits", "successes", "failures")
MOST_CANDIDATES = 8192
"""Prompts of a task that one draw is made of, at most; which, the seed says. Our choice: the best few of so many
promise as much as those of all, and a round costs the same however many there are."""


class PromptSamplingOptions(Options):
    """ASTOR-style: the paper samples prompts by a utility of reward variance and recent reward progress; the model of a
    prompt and every value are our choice, after Thompson 1933."""

    by: Literal["thompson", "uniform"] = "thompson"
    """`thompson`: each prompt has a Beta posterior, from which one draw is made, and those that promise most are taken.
    Where scores are 0 or 1 it is of the pass rate p, and p (1 - p) promises; where they are graded it is of the chance
    that a group's scores differ by more than the noise floor, which promises itself.
    `uniform` draws from all of a task's prompts alike, the ablation without prompt level."""
    prior_strength: float = Field(default=8.0, gt=0)
    """Observations that a prior counts as: rollouts where scores are 0 or 1, visits where they are graded (our choice:
    a prompt's first eight rollouts weigh as much as what is known of its class)."""
    forgetting: float = Field(default=0.9, gt=0, le=1)
    """What is left of a prompt's earlier observations at its next visit, and of its class's in the next round: the
    policy moves on (our choice)."""
    cap: float = Field(default=2.0, ge=1)
    """A prompt is visited at most `cap` times as often as the task's prompts on average, and once more (our choice:
    without it, the draws come back to the same few dozens). A task whose other prompts do not suffice takes those that
    were visited least."""


class PromptSampler:
    """One task's prompts: columns over all of them, and counts of their classes.

    A prompt's prior is that of its class, all prompts of one kind, one bucket and about one length; a class's is that
    of the task, which is even at first. Each counts `prior_strength` observations.
    """

    def __init__(self, options: PromptSamplingOptions, task: TaskInfo, noise_floor: float, seed: int) -> None:
        """`noise_floor` is the standard deviation up to which graded scores do not count as different."""
        self.options, self.task, self.seed = options, task.key, seed
        self.graded, self.noise_floor = task.graded, noise_floor
        self.ids = [prompt.id for prompt in task.prompts]
        self.index = {prompt_id: position for position, prompt_id in enumerate(self.ids)}
        assert len(self.index) == len(self.ids), f"{task.key} has a prompt twice"
        self.classes = number_classes(task.prompts)
        self.class_successes, self.class_failures = np.zeros((2, self.classes.max(initial=-1) + 1))
        self._clear()

    def _clear(self) -> None:
        size = len(self.ids)
        self.visits = np.zeros(size, np.int64)
        self.successes, self.failures = np.zeros(size), np.zeros(size)
        self._records: dict[int, PromptStatistics] = {}
        """Position → what was told of it since it was last visited: most prompts are as they were a round ago."""

    def draw(self, count: int, round: int) -> list[str]:
        """`count` different prompts, those that promise most first. Up to `MOST_CANDIDATES` their order is the same
        however many are asked for."""
        random = generator(self.seed, self.task, round, "draw")
        if self.options.by == "uniform":
            return [self.ids[position] for position in random.permutation(len(self.ids))[:count]]
        rested = self.visits <= self.options.cap * self.visits.mean()
        candidates = np.flatnonzero(rested)
        if len(candidates) > max(MOST_CANDIDATES, count):
            candidates = random.choice(candidates, max(MOST_CANDIDATES, count), replace=False)
        chosen = candidates[largest(self._promise(candidates, random), count, random)]
        if len(chosen) < count:
            tired = np.flatnonzero(~rested)
            least = largest(-self.visits[tired].astype(np.float64), count - len(chosen), random)
            chosen = np.concatenate([chosen, tired[least]])
        return [self.ids[position] for position in chosen]

    def _promise(self, positions: Indices, random: np.random.Generator) -> Floats:
        """What one draw from each prompt's posterior promises."""
        strength, expected = self.options.prior_strength, self.class_means()[self.classes[positions]]
        successes = strength * expected + self.successes[positions]
        failures = strength * (1 - expected) + self.failures[positions]
        drawn = random.beta(successes, failures)
        return drawn if self.graded else drawn * (1 - drawn)

    def class_means(self) -> Floats:
        """Expected success of an unseen prompt of each class, in (0, 1)."""
        strength = self.options.prior_strength
        successes, observations = self.class_successes, self.class_successes + self.class_failures
        of_task = (successes.sum() + strength / 2) / (observations.sum() + strength)
        means: Floats = (successes + strength * of_task) / (observations + strength)
        return means

    def observe(self, seen: TaskObservation) -> None:
        """Take in the scores of one round."""
        keep = self.options.forgetting
        self.class_successes *= keep
        self.class_failures *= keep
        for prompt, deviation in zip(seen.prompts, seen.deviations, strict=True):
            i = self.index[prompt.prompt_id]
            differ = float(deviation > self.noise_floor)
            successes = differ if self.graded else float(sum(prompt.scores))
            failures = 1 - differ if self.graded else len(prompt.scores) - successes
            self.successes[i] = keep * self.successes[i] + successes
            self.failures[i] = keep * self.failures[i] + failures
            self.class_successes[self.classes[i]] += successes
            self.class_failures[self.classes[i]] += failures
            self.visits[i] += 1
            self._records.pop(i, None)

    def unvisited(self, prompt_ids: Sequence[str]) -> set[str]:
        """Those of the task's prompts that were never observed."""
        return {prompt_id for prompt_id in prompt_ids if not self.visits[self.index[prompt_id]]}

    def statistics(self) -> list[PromptStatistics]:
        """Records of the prompts that were visited, in the order of the prompts."""
        return [self._record(position) for position in np.flatnonzero(self.visits).tolist()]

    def _record(self, position: int) -> PromptStatistics:
        record = self._records.get(position)
        if record is None:
            columns = {name: getattr(self, name)[position].item() for name in COLUMNS}
            record = PromptStatistics.model_construct(prompt_id=self.ids[position], task=self.task, **columns)
            self._records[position] = record
        return record

    def load_statistics(self, statistics: Sequence[PromptStatistics]) -> None:
        """Continue from records of this task."""
        if unknown := next((item.prompt_id for item in statistics if item.prompt_id not in self.index), None):
            raise UserError(
                f"The state knows prompt {unknown!r} of task {self.task}, which is not among the run's prompts: "
                f"continue with the prompts it was started with, or start over with --fresh."
            )
        self._clear()
        rows = np.array([self.index[item.prompt_id] for item in statistics], dtype=np.int64)
        for name in COLUMNS:
            getattr(self, name)[rows] = [getattr(item, name) for item in statistics]

    def state_dict(self) -> dict[str, Any]:
        """JSON-able, without the statistics."""
        return {"successes": self.class_successes.tolist(), "failures": self.class_failures.tolist()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("successes", "failures"), f"the prompt sampler of {self.task}")
        self.class_successes, self.class_failures = np.array(state["successes"]), np.array(state["failures"])


def number_classes(prompts: Sequence[PromptInfo]) -> Indices:
    """The class of each prompt, from 0 on: those of one kind, bucket and half octave of length (our choice: what is
    cheap to know and goes with difficulty)."""
    lengths = np.round(2 * np.log2([max(prompt.characters, 1) for prompt in prompts])).astype(np.int64)
    named = [(prompt.kind, prompt.bucket, length) for prompt, length in zip(prompts, lengths.tolist(), strict=True)]
    numbers = {name: number for number, name in enumerate(sorted(set(named)))}
    return np.array([numbers[name] for name in named], dtype=np.int64)


def largest(values: Floats, count: int, random: np.random.Generator) -> Indices:
    """Indices of the `count` largest values, or of all, the largest first; equal ones in an order that is drawn."""
    order = random.permutation(len(values))
    return order[np.argsort(-values[order], kind="stable")][:count]
