"""Calibration: how tightly each task is held to the reference policy."""

from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from astor.coordination.state import require_keys
from astor.options import Options

Floats = NDArray[np.float64]


class CalibrationOptions(Options):
    """ASTOR-style: the paper multiplies each task's KL coefficient by a multiplier tied to its utility; the formulas,
    their direction and every value are our choice."""

    by: Literal["multiplier", "target", "off"] = "multiplier"
    """`multiplier`: a task's coefficient is its base times (K q)^-gamma, q being the task's softmax share without
    floor: a task of high utility gets room to move, a saturated one is protected.
    `target`: the coefficient rises while the task's measured KL is above kappa (K q)^gamma, and falls while it is
    below, q being the floored share: a task of high utility may go further from the reference.
    `off`: the base."""
    gamma: float = Field(default=0.5, ge=0)
    """Exponent (our choice: a task of four times its equal share is held half as tightly)."""
    direction: Literal["inverse", "direct"] = "inverse"
    """Of `multiplier`: `direct` has (K q)^gamma instead, an ablation; that `inverse` is right is our assumption."""
    lowest: float = Field(default=0.25, gt=0, le=1)
    """Lower bound of a `multiplier` (our choice: no task is held less than a quarter as tightly)."""
    highest: float = Field(default=4.0, ge=1)
    """Upper bound of a `multiplier` (our choice: the reciprocal of `lowest`)."""
    largest_change: float = Field(default=1.25, gt=1)
    """Factor by which a `multiplier` may rise or fall in one round (our choice: the KL term never jumps)."""
    kappa: float | None = Field(default=None, gt=0)
    """KL that `target` steers a task of equal share to, in nats per token, as reports measure it; required there. The
    mean KL that uniform scheduling has in the middle of the same run is a good one."""
    step: float = Field(default=0.1, gt=0)
    """Largest change of a coefficient's logarithm in one round of `target` (our choice: a factor of 1.1)."""
    farthest: float = Field(default=16.0, ge=1)
    """Factor of the base that `target` stays within, above and below (our choice)."""

    @model_validator(mode="after")
    def _kappa_is_told(self) -> "CalibrationOptions":
        if self.by == "target" and self.kappa is None:
            raise ValueError("by: target needs kappa, the KL in nats per token that tasks of equal share are held to")
        return self


class Calibration(Protocol):
    """What makes multipliers of K tasks' KL coefficients."""

    multipliers: Floats
    """Of the next round; 1 at first and through the warm-up."""

    def advance(self, soft: Floats, floored: Floats, kl: Floats, warming_up: bool) -> None:
        """Go on to the next round, which warms up or not. `soft` are its shares by utility without floor, `floored`
        with it; `kl` is each task's measured KL in nats per token, NaN where nothing was measured."""

    def state_dict(self) -> dict[str, Any]:
        """JSON-able."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""


class Multiplier:
    """Multipliers by softmax share; 1 where utilities are equal."""

    def __init__(self, options: CalibrationOptions, tasks: int) -> None:
        self.options = options
        self.multipliers: Floats = np.ones(tasks)

    def advance(self, soft: Floats, floored: Floats, kl: Floats, warming_up: bool) -> None:
        if not warming_up:
            change = self.options.largest_change
            wanted = wanted_multipliers(soft, self.options)
            self.multipliers = np.clip(wanted, self.multipliers / change, self.multipliers * change)

    def state_dict(self) -> dict[str, Any]:
        return {"multipliers": self.multipliers.tolist()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        require_keys(state, ("multipliers",), "the KL calibration")
        self.multipliers = np.array(state["multipliers"], dtype=np.float64)


def wanted_multipliers(soft: Floats, options: CalibrationOptions) -> Floats:
    """Where multipliers go if the shares stay: clip((K q)^(-+gamma), lowest, highest). None is NaN."""
    if options.by == "off":
        return np.ones_like(soft)
    sign = -1.0 if options.direction == "inverse" else 1.0
    odds = np.maximum(len(soft) * soft, np.finfo(np.float64).tiny)
    return np.clip(odds ** (sign * options.gamma), options.lowest, options.highest)


class KLTarget:
    """Multipliers by a controller in log space, that follows each task's measured KL:

    log beta_k += step * clip((KL_k - kappa_k) / kappa_k, -1, 1),  kappa_k = kappa (K q_k)^gamma.

    A task without a measurement keeps its coefficient. A run starts at KL 0, which would wind every coefficient down
    before anything had moved: none goes below half of its base until its task's KL first was above kappa_k / 2. Our
    choice throughout; the shape is that of the adaptive KL controller of Ziegler et al. 2019 (section 2.2).
    """

    def __init__(self, options: CalibrationOptions, tasks: int) -> None:
        assert options.kappa is not None
        self.options, self.kappa = options, options.kappa
        self.multipliers: Floats = np.ones(tasks)
        self.moved = np.zeros(tasks, dtype=bool)
        """Whether the task's KL was ever above kappa_k / 2."""

    def targets(self, floored: Floats) -> Floats:
        """kappa_k, in nats per token."""
        return self.kappa * (len(floored) * floored) ** self.options.gamma

    def advance(self, soft: Floats, floored: Floats, kl: Floats, warming_up: bool) -> None:
        targets, measured = self.targets(floored), ~np.isnan(kl)
        self.moved |= np.nan_to_num(kl) > targets / 2
        if warming_up:
            return
        error = np.where(measured, (np.nan_to_num(kl) - targets) / targets, 0.0)
        wanted = self.multipliers * np.exp(self.options.step * np.clip(error, -1, 1))
        lowest = np.where(self.moved, 1 / self.options.farthest, 0.5)
        self.multipliers = np.where(measured, np.clip(wanted, lowest, self.options.farthest), self.multipliers)

    def state_dict(self) -> dict[str, Any]:
        return {"multipliers": self.multipliers.tolist(), "moved": self.moved.tolist()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        require_keys(state, ("multipliers", "moved"), "the KL calibration")
        self.multipliers = np.array(state["multipliers"], dtype=np.float64)
        self.moved = np.array(state["moved"], dtype=bool)


def make_calibration(options: CalibrationOptions, tasks: int) -> Calibration:
    """The calibration of `options`, before the first round."""
    return KLTarget(options, tasks) if options.by == "target" else Multiplier(options, tasks)
