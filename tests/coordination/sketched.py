"""Reports of updates, with sketches of gradients that point where a test says, in as much noise as it says."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from astor.coordination.sketches import RunningSketches
from astor.records import TaskUpdate, UpdateReport

SIZE = 4096
Vector = NDArray[np.float64]


def unit(random: np.random.Generator) -> Vector:
    """A direction."""
    vector = random.normal(size=SIZE)
    return vector / np.linalg.norm(vector)


def directions(cosine: float, random: np.random.Generator) -> tuple[Vector, Vector]:
    """Two directions with this cosine."""
    first, other = unit(random), unit(random)
    across = other - (other @ first) * first
    return first, cosine * first + np.sqrt(1 - cosine**2) * across / np.linalg.norm(across)


def halves_of(gradient: Vector, noise: float, random: np.random.Generator) -> tuple[Vector, Vector]:
    """Halves that sum to `gradient`, each in noise of length `noise`."""
    return gradient / 2 + noise * unit(random), gradient / 2 + noise * unit(random)


def task_update(tokens: int = 100, kl: float = 0.0, sketched_groups: int = 0) -> TaskUpdate:
    """What an update measured of a task."""
    return TaskUpdate(
        tokens=tokens,
        informative_groups=sketched_groups,
        anchors=0,
        loss_before=0.0,
        kl=kl,
        entropy=1.0,
        sketched_groups=sketched_groups,
        clipped_share=0.0,
        engine_difference=0.0,
    )


def report_of(
    halves: Mapping[str, tuple[Vector, Vector]] = {},
    groups: int = 16,
    kl: Mapping[str, float] = {},
    preconditioned: bool = False,
) -> UpdateReport:
    """A report with the halves as sketches of `groups` groups each."""
    return UpdateReport(
        round=0,
        tasks={task: task_update(kl=kl.get(task, 0.0), sketched_groups=groups) for task in {*halves, *kl}},
        optimizer_steps=1,
        skipped_steps=0,
        gradient_norm=1.0,
        learning_rate=1e-3,
        sketches={task: (tuple(first.tolist()), tuple(second.tolist())) for task, (first, second) in halves.items()},
        preconditioned=preconditioned,
    )


def sketched(
    gradients: Mapping[str, Vector], noise: float, rounds: int = 20, groups: int = 16, seed: int = 0
) -> RunningSketches:
    """Running sketches after some rounds of noisy ones."""
    random, sketches = np.random.default_rng(seed), RunningSketches(0.9, tuple(gradients))
    for _ in range(rounds):
        sketches.observe(
            report_of({task: halves_of(gradient, noise, random) for task, gradient in gradients.items()}, groups)
        )
    return sketches
