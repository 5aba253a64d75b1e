"""Synergy: whether a task's gradient points where the other tasks' gradients point."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.coordination.state import require_keys
from astor.options import Options

Halves = tuple[Sequence[float], Sequence[float]]


class SynergyOptions(Options):
    """ASTOR-style: the paper names the cosine similarity of gradients; every formula and value is our choice."""

    weight: float = Field(default=0.5, ge=0, le=1)
    """a_s in U = P (1 + a_s S); 0 is the ablation without synergy, which never sketches."""
    add_weight: float = Field(default=0.3, ge=0, le=1)
    """a in U = (1 - a) P + a (1 + S) / 2, where utility combines by `add`."""
    every: int = Field(default=5, ge=1)
    """Rounds between sketches of gradients (our choice: they cost as much as a part of an update)."""
    smoothing: float = Field(default=0.9, ge=0, lt=1)
    """Weight of the past in the running mean of normalised sketches; it starts at its first observation."""
    least_reliability: float = Field(default=0.1, gt=0, le=1)
    """Split-half reliability below which a task's gradient is noise, and its synergy unknown, which counts as 0."""


class Synergy:
    """Synergy of K tasks, in [-1, 1]; 0 while unknown.

    Our choice, for per-prompt gradients are so noisy that a plain cosine of true value 1 comes out at about a quarter:
    a task's sketch arrives as two halves over different prompts. Both are divided by the norm of their sum and enter
    running means; the reliability of the smoothed sketch is the cosine of the smoothed halves, stepped up to the
    length of their sum (Spearman 1910, Brown 1910), and cosines between tasks are divided by the root of both
    reliabilities (Spearman 1904). Smoothing the halves, not the reliability, corrects for the noise that is left after
    smoothing, and not for that of a single sketch.
    """

    def __init__(self, options: SynergyOptions, tasks: Sequence[str]) -> None:
        self.options, self.tasks = options, tuple(tasks)
        self.halves: dict[str, NDArray[np.float32]] = {}
        """Task → (2, m), the smoothed halves."""

    def observe(self, sketches: Mapping[str, Halves]) -> None:
        """Take in the sketches of an update; tasks without one keep what they had."""
        for task in self.tasks:
            if task not in sketches:
                continue
            halves = np.asarray(sketches[task], dtype=np.float32)
            norm = np.linalg.norm(halves.sum(axis=0))
            if not norm > 0:
                continue
            halves = halves / norm
            past = self.halves.get(task)
            if past is not None and past.shape == halves.shape:
                halves = np.float32(self.options.smoothing) * past + np.float32(1 - self.options.smoothing) * halves
            self.halves[task] = halves

    def reliabilities(self) -> dict[str, float]:
        """Reliability of each task's smoothed sketch, in [0, 1]; 0 where it has none."""
        return {task: reliability(self.halves[task]) if task in self.halves else 0.0 for task in self.tasks}

    def cosines(self) -> NDArray[np.float64]:
        """(K, K) corrected cosines between tasks, in [-1, 1]; 0 where one of the two is not reliable enough."""
        matrix = np.zeros((len(self.tasks), len(self.tasks)))
        trusted = {k: r for k, r in self.reliabilities().items() if r >= self.options.least_reliability}
        for i, first in enumerate(self.tasks):
            for j, second in enumerate(self.tasks[:i]):
                if first in trusted and second in trusted:
                    plain = cosine(self.halves[first].sum(axis=0), self.halves[second].sum(axis=0))
                    corrected = plain / np.sqrt(trusted[first] * trusted[second])
                    matrix[i, j] = matrix[j, i] = np.clip(corrected, -1, 1)
        return matrix

    def values(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """S_k, the mean of a task's cosines with the others, weighted by their `shares`; 0 for a task alone."""
        others = shares.sum() - shares
        values = np.zeros_like(shares)
        np.divide(self.cosines() @ shares, others, out=values, where=others > 1e-12)
        return values

    def state_dict(self) -> dict[str, Any]:
        """JSON-able; sketches as base64 of little-endian fp32."""
        return {
            "halves": {
                task: base64.b64encode(halves.astype("<f4").tobytes()).decode() for task, halves in self.halves.items()
            }
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("halves",), "the synergy")
        self.halves = {
            task: np.frombuffer(base64.b64decode(text), "<f4").reshape(2, -1).astype(np.float32)
            for task, text in state["halves"].items()
        }


def cosine(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Cosine of two vectors; 0 where one of them is 0."""
    norms = float(np.linalg.norm(first)) * float(np.linalg.norm(second))
    return float(first @ second) / norms if norms > 0 else 0.0


def reliability(halves: NDArray[np.float32]) -> float:
    """Spearman-Brown: 2r / (1 + r) of the cosine r of two halves, in [0, 1]; 0 where they disagree."""
    agreement = max(cosine(halves[0], halves[1]), 0.0)
    return min(2 * agreement / (1 + agreement), 1.0)
