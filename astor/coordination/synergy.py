"""Synergy: whether a task's gradient points where the other tasks' gradients point."""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.coordination.sketches import RunningSketches, cosine
from astor.options import Options

Floats = NDArray[np.float64]


class SynergyOptions(Options):
    """ASTOR-style: the paper names the cosine similarity of gradients; every formula and value is our choice."""

    weight: float = Field(default=0.5, ge=0, le=1)
    """a_s in U = P (1 + a_s S); 0 is the ablation without synergy."""
    add_weight: float = Field(default=0.3, ge=0, le=1)
    """a in U = (1 - a) P + a (1 + S) / 2, where utility combines by `add`."""
    smoothing: float = Field(default=0.9, ge=0, lt=1)
    """Factor by which the weight of an earlier sketch falls in a round, in the running means that synergy, noise and
    first-order utility are read from (our choice: they hold the groups of 19 rounds). With fewer than 11 informative
    groups of a task in the sketch of a round, they never hold the 200 that noise is judged by; with 0.97 they hold the
    groups of 65 rounds."""
    least_reliability: float = Field(default=0.5, gt=0, le=1)
    """Split-half reliability of a task's running sketch below which its synergy is unknown, which counts as 0 (our
    choice: below it, most of a cosine is the correction)."""


def cosines(sketches: RunningSketches, least_reliability: float) -> Floats:
    """(K, K) cosines between tasks' gradients, in [-1, 1]; 0 on the diagonal and where one of two is not reliable.

    Our choice, for per-prompt gradients are so noisy that a plain cosine of true value 1 comes out at about a quarter:
    the reliability of a running sketch is the cosine of its halves, stepped up to the length of their sum (Spearman
    1910, Brown 1910), and cosines between tasks are divided by the root of both reliabilities (Spearman 1904).
    """
    reliabilities, gradients = sketches.reliabilities(), sketches.gradients()
    matrix = np.zeros((len(sketches.tasks), len(sketches.tasks)))
    trusted = [index for index, value in enumerate(reliabilities) if value >= least_reliability]
    for first in trusted:
        for second in trusted:
            if second < first:
                plain = cosine(gradients[sketches.tasks[first]], gradients[sketches.tasks[second]])
                corrected = plain / np.sqrt(reliabilities[first] * reliabilities[second])
                matrix[first, second] = matrix[second, first] = np.clip(corrected, -1, 1)
    return matrix


def synergies(cosines: Floats, shares: Floats) -> Floats:
    """S_k, the mean of a task's cosines with the others, weighted by their `shares`; 0 for a task alone."""
    others = shares.sum() - shares
    values = np.zeros_like(shares)
    np.divide(cosines @ shares, others, out=values, where=others > 1e-12)
    return values
