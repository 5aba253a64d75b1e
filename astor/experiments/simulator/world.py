"""Worlds without a model: tasks as skills that grow by what a round teaches, with transfer between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from astor.coordination.scheduler import PromptInfo, TaskInfo

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SimulatedTask:
    """A task whose prompts are answered rightly with probability lowest + (highest - lowest) sigmoid(skill - d), d
    being the difficulty of the prompt, normal around 0."""

    skill: float = 0.0
    """At the beginning, in logits: 0 answers a prompt of mean difficulty half of the time."""
    difficulty_spread: float = 1.0
    """Standard deviation of the prompts' difficulties, in logits. The larger, the more groups have no variance."""
    lowest: float = 0.0
    highest: float = 1.0
    """Bounds of the probability; below 1 for a task that saturates early."""
    rate: float = 1.0
    """How fast the task is learnt, as a factor of the world's rate; 0 is never learnt."""
    coins: float = 0.0
    """Share of rollouts whose score is that of a coin, whatever was answered: reward noise."""
    grain: int = 1
    """1 scores answers 0 or 1; n scores them by the share of n parts that are right, each with the same
    probability."""
    texts: int = 3
    """Different answers that are as right as each other, of which one is given at random: the more, the fewer
    repeat."""
    tokens: int = 20
    """Tokens of an answer."""
    prompts: int = 1000


@dataclass(frozen=True)
class Shift:
    """Something that happens to a task's skill before a round, as forgetting."""

    round: int
    task: str
    by: float


@dataclass(frozen=True)
class World:
    """Tasks, and what they have to do with each other."""

    tasks: Mapping[str, SimulatedTask]
    cosines: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Cosine of two tasks' gradients, in [-1, 1], which is what of a task's step moves the other; 0 where none is
    given."""
    rate: float = 0.05
    """Logits that a whole batch of groups with pass rates of one half adds to a task's skill in a round; 0 for a world
    that stays as it is."""
    gradient_noise: float = 3.0
    """Length of the noise in the gradient of one group over that of a group's mean gradient at a pass rate of a
    half."""
    shifts: tuple[Shift, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.tasks)

    def transfer(self) -> Floats:
        """(K, K) cosines; 1 on the diagonal."""
        matrix = np.eye(len(self.names))
        for (first, second), cosine in self.cosines.items():
            i, j = self.names.index(first), self.names.index(second)
            matrix[i, j] = matrix[j, i] = cosine
        return matrix

    def column(self, name: str) -> Floats:
        """(K,) one figure of every task."""
        return np.array([getattr(task, name) for task in self.tasks.values()], np.float64)

    def with_task(self, name: str, **changes: float) -> "World":
        """The same world with one task changed."""
        task: SimulatedTask = replace(self.tasks[name], **changes)  # type: ignore[arg-type]  # all that changes are numbers
        return replace(self, tasks={**self.tasks, name: task})

    def difficulties(self, seed: int) -> list[Floats]:
        """Of each task's prompts, in logits."""
        return [
            np.random.default_rng([seed, number]).normal(0, task.difficulty_spread, task.prompts)
            for number, task in enumerate(self.tasks.values())
        ]

    def infos(self, seed: int) -> list[TaskInfo]:
        """What a scheduler knows of the tasks: prompts in three difficulty buckets, as a source would say."""
        known = []
        for (name, task), difficulties in zip(self.tasks.items(), self.difficulties(seed), strict=True):
            buckets = np.digitize(difficulties, np.quantile(difficulties, [1 / 3, 2 / 3])).tolist()
            prompts = [PromptInfo(f"{name}-{i}", bucket) for i, bucket in enumerate(buckets)]
            known.append(TaskInfo(name, prompts, graded=task.grain > 1))
        return known

    def directions(self, size: int, seed: int) -> Floats:
        """(K, size) unit vectors with these cosines.

        ValueError where no vectors have them.
        """
        values, vectors = np.linalg.eigh(self.transfer())
        if values.min() < -1e-9:
            raise ValueError("no gradients have these cosines with each other: make them smaller")
        roots = vectors * np.sqrt(np.maximum(values, 0))
        basis, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(size, len(self.names))))
        mixed: Floats = roots @ basis.T
        return mixed
