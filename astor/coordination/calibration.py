"""Calibration: how tightly each task is held to the reference policy."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.coordination.state import require_keys
from astor.options import Options

Floats = NDArray[np.float64]


class CalibrationOptions(Options):
    """ASTOR-style: the paper multiplies each task's KL coefficient by a multiplier tied to its utility; the formula,
    its direction and every value are our choice."""

    direction: Literal["inverse", "direct", "off"] = "inverse"
    """`inverse`: (K q)^-gamma, q being the task's softmax share without floor: a task of high utility gets room to
    move, a saturated one is protected (our assumption). `direct`: (K q)^gamma. `off`: 1."""
    gamma: float = Field(default=0.5, ge=0)
    """Exponent (our choice: a task of four times its equal share is held half as tightly)."""
    lowest: float = Field(default=0.25, gt=0, le=1)
    """Lower bound of the multiplier (our choice: no task is held less than a quarter as tightly)."""
    highest: float = Field(default=4.0, ge=1)
    """Upper bound of the multiplier (our choice: the reciprocal of `lowest`)."""
    largest_change: float = Field(default=1.25, gt=1)
    """Factor by which a multiplier may rise or fall in one round (our choice: the KL term never jumps)."""


class Calibration:
    """KL multipliers of K tasks; 1 at first, through the warm-up, and where utilities are equal."""

    def __init__(self, options: CalibrationOptions, tasks: int) -> None:
        self.options = options
        self.multipliers: Floats = np.ones(tasks)

    def advance(self, soft_shares: Floats) -> Floats:
        """The multipliers of the next round, from softmax shares without floor."""
        options = self.options
        wanted = target_multipliers(soft_shares, options)
        lowest, highest = self.multipliers / options.largest_change, self.multipliers * options.largest_change
        self.multipliers = np.clip(wanted, lowest, highest)
        return self.multipliers

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {"multipliers": self.multipliers.tolist()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("multipliers",), "the KL calibration")
        self.multipliers = np.array(state["multipliers"], dtype=np.float64)


def target_multipliers(soft_shares: Floats, options: CalibrationOptions) -> Floats:
    """Where the multipliers go if the shares stay: clip((K q)^(-+gamma), lowest, highest). None is NaN."""
    if options.direction == "off":
        return np.ones_like(soft_shares)
    sign = -1.0 if options.direction == "inverse" else 1.0
    odds = np.maximum(len(soft_shares) * soft_shares, np.finfo(np.float64).tiny)
    return np.clip(odds ** (sign * options.gamma), options.lowest, options.highest)
