"""Sketches of the tasks' gradients: two halves each, averaged until they say something."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astor.coordination.state import require_keys
from astor.records import UpdateReport

Floats = NDArray[np.float64]

TRUSTED_GROUPS = 200
"""Informative groups that a running sketch must hold before its reliability is believed (our choice, measured: a
reliability of 0.5 takes 90 to 200)."""


class RunningSketches:
    """Running means of the sketches of K tasks' gradients.

    A task's sketch arrives as two halves over different prompts, whose sum is its gradient, and each half enters a
    running mean of its own as it is: normalised first, a round with little signal would count like one with much, and
    inner products would be those of no gradient. Weights fall by `smoothing` a round and sum to 1 from the first round
    on, as in Adam's corrected moments (Kingma and Ba 2015): a first sketch that kept all the weight of the past would
    weigh like dozens of others. A running mean rests while its task is absent.
    """

    def __init__(self, smoothing: float, tasks: Sequence[str]) -> None:
        self.smoothing, self.tasks = smoothing, tuple(tasks)
        self.halves: dict[str, NDArray[np.float32]] = {}
        """Task → (2, m)."""
        self._weight: Floats = np.zeros(len(self.tasks))
        """Sum of a task's weights, of which that of its last sketch is 1."""
        self._first: Floats = np.zeros(len(self.tasks))
        """Running mean of the informative groups of a sketch, and the same with squared weights."""
        self._second: Floats = np.zeros(len(self.tasks))

    def observe(self, report: UpdateReport) -> None:
        """Take in the sketches of an update; tasks without one keep what they had."""
        for index, task in enumerate(self.tasks):
            if task not in report.sketches:
                continue
            halves = np.asarray(report.sketches[task], dtype=np.float32)
            groups = report.tasks[task].sketched_groups
            self._weight[index] = self.smoothing * self._weight[index] + 1
            now = 1 / self._weight[index]
            past = 1 - now
            before = self.halves.get(task, np.zeros_like(halves))
            self.halves[task] = np.float32(past) * before + np.float32(now) * halves
            self._first[index] = past * self._first[index] + now * groups
            self._second[index] = past**2 * self._second[index] + now**2 * groups

    @property
    def groups(self) -> Floats:
        """Effective number of informative groups in each task's running sketch (Kish 1965)."""
        return np.divide(self._first**2, self._second, out=np.zeros_like(self._first), where=self._second > 0)

    def gradients(self) -> dict[str, NDArray[np.float32]]:
        """Task → (m,), the running sketch of its gradient."""
        return {task: halves.sum(axis=0) for task, halves in self.halves.items()}

    def reliabilities(self) -> Floats:
        """Split-half reliability of each task's running sketch, in [0, 1]; 0 where it has none."""
        return np.array([reliability(self.halves[task]) if task in self.halves else 0.0 for task in self.tasks])

    def state_dict(self) -> dict[str, Any]:
        """JSON-able; sketches as base64 of little-endian fp32."""
        encoded = {task: base64.b64encode(half.astype("<f4").tobytes()).decode() for task, half in self.halves.items()}
        sums = {"weight": self._weight, "first": self._first, "second": self._second}
        return {"halves": encoded} | {name: values.tolist() for name, values in sums.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("halves", "weight", "first", "second"), "the gradient sketches")
        self.halves = {
            task: np.frombuffer(base64.b64decode(text), "<f4").reshape(2, -1).astype(np.float32)
            for task, text in state["halves"].items()
        }
        self._weight, self._first, self._second = (
            np.array(state[name], np.float64) for name in ("weight", "first", "second")
        )


def noise_factors(sketches: RunningSketches, before: Floats) -> Floats:
    """nu per task, what of its potential is signal: clip(r / 0.5, 0.1, 1), 1 until its sketch first held enough groups.

    r is the split-half reliability that `TRUSTED_GROUPS` groups would have, by Spearman and Brown's formula: a task of
    few groups is thus neither believed to be noise for their number, nor kept there by the small quota that follows.
    Below a quarter of that number the formula magnifies chance, and a factor stays as it was: so a saturated task that
    gets worse is what it was before. `before` are the factors so far, NaN for a task whose sketch never held enough. A
    task whose rewards are coins has all the spread that there is, and no direction; spread alone would give it the
    largest quota (our choice).
    """
    lengths = TRUSTED_GROUPS / np.maximum(sketches.groups, 1)
    measured = sketches.reliabilities()
    stepped = lengths * measured / (1 + (lengths - 1) * measured)
    begun = ~np.isnan(before) | (sketches.groups >= TRUSTED_GROUPS)
    enough = sketches.groups >= TRUSTED_GROUPS / 4
    return np.where(begun & enough, np.clip(stepped / 0.5, 0.1, 1), before)


def cosine(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Cosine of two vectors; 0 where one of them is 0."""
    norms = float(np.linalg.norm(first)) * float(np.linalg.norm(second))
    return float(first @ second) / norms if norms > 0 else 0.0


def reliability(halves: NDArray[np.float32]) -> float:
    """Spearman-Brown: 2r / (1 + r) of the cosine r of two halves, in [0, 1]; 0 where they disagree."""
    agreement = max(cosine(halves[0], halves[1]), 0.0)
    return min(2 * agreement / (1 + agreement), 1.0)
