"""Utility: what a task's share of the training is decided by."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from astor.coordination.first_order import FirstOrder
from astor.coordination.observation import RoundObservation
from astor.coordination.potential import Floats, Potential, PotentialOptions, share_of_largest
from astor.coordination.repeats import Repeats
from astor.coordination.running import from_optional, optional
from astor.coordination.sketches import RunningSketches, noise_factors
from astor.coordination.state import require_keys
from astor.coordination.synergy import SynergyOptions, cosines, synergies
from astor.options import Options


class UtilityOptions(Options):
    """ASTOR-style: the paper makes utility of learning potential and cross-task synergy; how is our choice."""

    potential: PotentialOptions = PotentialOptions()
    synergy: SynergyOptions = SynergyOptions()
    noise: Literal["repeats", "reliability", "off"] = "repeats"
    """What of potential P is noise of the rewards, and does not count.
    `repeats`: what the scores of equal answers to one prompt differ by, over what they would of coins
    (`astor.coordination.repeats`); until answers repeat, nothing. In the first round of `levels`, where answers are
    short, the task with coins for verdicts shows 12 repeats, and no other task's repeats ever differed.
    `reliability`: P counts by the reliability of the task's gradient, between a tenth and whole, once its running
    sketch holds 200 informative groups; until then whole. Batches of 36 prompts never give as many, and reliabilities
    are uncertain themselves: in the quickstart with a smoothing of 0.97, tasks that learnt were counted at 0.1 to 0.7
    for a time; in `levels` the noisy task's was 0 to 0.75 with 120 to 180 groups, the others' 0 to 0.68.
    `off`: P counts whole."""
    combine: Literal["mul", "relative", "add"] = "mul"
    """`mul`: U = P (1 + a_s S), in [0, 1.5], our choice since a task whose rewards don't vary has no gradient, and so
    a cosine that says nothing. Where little is left to learn, quotas come near to equal ones.
    `relative`: the same over that of the best task, so that a temperature means the same whatever is left.
    `add`: U = (1 - a) P + a (1 + S) / 2, in [0, 1]."""

    @property
    def sketch(self) -> Literal["gradient", "adam"] | None:
        """Which sketches of gradients are needed."""
        if self.potential.measure == "first_order":
            return "adam"
        weight = self.synergy.add_weight if self.combine == "add" else self.synergy.weight
        return "gradient" if weight > 0 or self.noise == "reliability" else None


class Utility:
    """Utilities of K tasks, with the potential, noise and synergy that they are made of."""

    def __init__(self, options: UtilityOptions, tasks: Sequence[str], graded: Sequence[bool]) -> None:
        """`graded` as in `TaskInfo`."""
        self.options, self.tasks = options, tuple(tasks)
        self.potential = Potential(options.potential, tasks, graded)
        self.sketches = RunningSketches(options.synergy.smoothing, tasks)
        self.first_order = FirstOrder(options.synergy.smoothing, tasks)
        self.synergy: Floats = np.zeros(len(self.tasks))
        self.repeats = Repeats(tasks)
        self.noise: Floats = np.full(len(self.tasks), np.nan)
        """Noise factors; NaN where nothing is known yet."""

    @property
    def values(self) -> Floats:
        """Utility per task; 1 for all before the first round."""
        if self.options.potential.measure == "first_order":
            return self.first_order.utilities(self.sketches)
        potential = np.nan_to_num(self.potential.values, nan=1.0) * np.nan_to_num(self.noise, nan=1.0)
        if self.options.combine == "add":
            weight = self.options.synergy.add_weight
            return (1 - weight) * potential + weight * (1 + self.synergy) / 2
        values = potential * (1 + self.options.synergy.weight * self.synergy)
        return share_of_largest(values) if self.options.combine == "relative" else values

    def observe(self, observation: RoundObservation, shares: Floats) -> None:
        """Take in one round that was drawn with `shares`."""
        self.potential.observe(observation)
        self.first_order.observe(observation)
        if (report := observation.report) is not None and report.sketches:
            assert report.preconditioned == (self.options.sketch == "adam"), "sketches are not in the metric asked for"
            self.sketches.observe(report)
        self.synergy = synergies(cosines(self.sketches, self.options.synergy.least_reliability), shares)
        self.repeats.observe(observation)
        if self.options.noise == "repeats":
            self.noise = self.repeats.factors
        elif self.options.noise == "reliability":
            self.noise = noise_factors(self.sketches, self.noise)

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "potential": self.potential.state_dict(),
            "sketches": self.sketches.state_dict(),
            "first_order": self.first_order.state_dict(),
            "repeats": self.repeats.state_dict(),
            "synergy": self.synergy.tolist(),
            "noise": optional(self.noise),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        keys = ("potential", "sketches", "first_order", "repeats", "synergy", "noise")
        require_keys(state, keys, "the utility")
        self.potential.load_state_dict(state["potential"])
        self.sketches.load_state_dict(state["sketches"])
        self.first_order.load_state_dict(state["first_order"])
        self.repeats.load_state_dict(state["repeats"])
        self.synergy = np.array(state["synergy"], dtype=np.float64)
        self.noise = from_optional(state["noise"])
