"""Utility: what a task's share of the training is decided by."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from astor.coordination.observation import RoundObservation
from astor.coordination.potential import Floats, Potential, PotentialOptions, smoothed
from astor.coordination.state import require_keys
from astor.coordination.synergy import Synergy, SynergyOptions
from astor.options import Options


class UtilityOptions(Options):
    """ASTOR-style: the paper makes utility of learning potential and cross-task synergy; how is our choice."""

    potential: PotentialOptions = PotentialOptions()
    synergy: SynergyOptions = SynergyOptions()
    combine: Literal["mul", "add"] = "mul"
    """`mul`: U = P (1 + a_s S), in [0, 1.5], our choice since a task whose rewards don't vary has no gradient, and so
    a cosine that says nothing. `add`: U = (1 - a) P + a (1 + S) / 2, in [0, 1]."""


class Utility:
    """Smoothed utilities of K tasks, with the potential and synergy that they are made of."""

    def __init__(self, options: UtilityOptions, tasks: Sequence[str], declared: Sequence[float | None]) -> None:
        self.options, self.tasks = options, tuple(tasks)
        self.potential = Potential(options.potential, tasks, declared)
        self.synergy = Synergy(options.synergy, tasks)
        self.last_synergy: Floats = np.zeros(len(self.tasks))
        self.mean: Floats = np.full(len(self.tasks), np.nan)

    @property
    def values(self) -> Floats:
        """Smoothed utility per task. A task that was never observed has the mean of those that were; 1 if none was."""
        known = self.mean[~np.isnan(self.mean)]
        return np.where(np.isnan(self.mean), known.mean() if known.size else 1.0, self.mean)

    def observe(self, observation: RoundObservation, shares: Floats, warming_up: bool) -> None:
        """Take in one round that was drawn with `shares`."""
        self.potential.observe(observation, warming_up)
        if observation.report is not None:
            self.synergy.observe(observation.report.sketches)
        self.last_synergy = self.synergy.values(shares)
        values = self.combined(self.potential.values, self.last_synergy)
        for index, task in enumerate(self.tasks):
            if task in observation.tasks:
                self.mean[index] = smoothed(self.mean[index], values[index], self.options.potential.smoothing)

    def combined(self, potential: Floats, synergy: Floats) -> Floats:
        """Utility before smoothing."""
        if self.options.combine == "mul":
            return potential * (1 + self.options.synergy.weight * synergy)
        weight = self.options.synergy.add_weight
        return (1 - weight) * potential + weight * (1 + synergy) / 2

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "mean": [None if np.isnan(value) else value for value in self.mean.tolist()],
            "last_synergy": self.last_synergy.tolist(),
            "potential": self.potential.state_dict(),
            "synergy": self.synergy.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("mean", "last_synergy", "potential", "synergy"), "the utility")
        self.mean = np.array([np.nan if value is None else value for value in state["mean"]], dtype=np.float64)
        self.last_synergy = np.array(state["last_synergy"], dtype=np.float64)
        self.potential.load_state_dict(state["potential"])
        self.synergy.load_state_dict(state["synergy"])
