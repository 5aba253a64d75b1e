"""ASTOR-style coordination: utility decides quotas and prompts (scheduling) and KL coefficients (calibration).

Re-derived from the abstract of ASTOR (arXiv 2605.06111) and summaries of it, not a reproduction: no formula of the
paper was at hand, so every formula is our choice, and an option.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from astor.coordination.calibration import Calibration, CalibrationOptions
from astor.coordination.observation import RoundObservation
from astor.coordination.prompt_sampling import PromptPool, PromptSamplingOptions
from astor.coordination.quotas import Floats, apportion, check_floor, floored_shares, owed, softmax
from astor.coordination.scheduler import RoundPlan, Scheduler, SchedulerOptions, TaskInfo
from astor.coordination.state import generator, require_keys
from astor.coordination.utility import Utility, UtilityOptions
from astor.records import PromptStatistics


class AstorOptions(SchedulerOptions):
    """The paper has a temperature-scaled softmax of utilities as quotas; the values are our choice."""

    type: Literal["astor"] = "astor"
    warm_up_rounds: int = Field(default=20, ge=0)
    """Rounds at the start with equal quotas and KL multipliers of 1, while statistics are collected (our choice: 5 %
    of the paper's 400)."""
    quotas: Literal["utility", "uniform"] = "utility"
    """`uniform` is the ablation without task level."""
    temperature: float = Field(default=0.5, gt=0)
    """Temperature of the softmax over utilities (our choice: odds between two tasks of e^3, 20 to 1, at most)."""
    floor: float = Field(default=0.05, ge=0, lt=1)
    """Least share of a task."""
    deficit: Literal["carry", "drop"] = "carry"
    """Whether informative groups that a task was short of are added to its next quota; never in the warm-up, whose
    quotas are equal."""
    utility: UtilityOptions = UtilityOptions()
    prompts: PromptSamplingOptions = PromptSamplingOptions()
    calibration: CalibrationOptions = CalibrationOptions()

    @property
    def sketch(self) -> Literal["gradient", "adam"] | None:
        synergy = self.utility.synergy
        weight = synergy.weight if self.utility.combine == "mul" else synergy.add_weight
        return "gradient" if weight > 0 else None


class AstorScheduler(Scheduler):
    """Quotas, prompts and KL coefficients by utility."""

    options_type = AstorOptions

    def __init__(self, options: AstorOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        check_floor(options.floor, len(tasks))
        self.options = options
        self.utility = Utility(options.utility, self.keys, [task.variance_scale for task in tasks])
        self.calibration = Calibration(options.calibration, len(tasks))
        self.pools = [PromptPool(options.prompts, task.key, task.prompts, seed) for task in tasks]
        self.targets = np.zeros(len(tasks), np.int64)
        """Informative groups that the last plan meant each task to have."""
        self.deficits = np.zeros(len(tasks), np.int64)

    def shares(self, warming_up: bool) -> Floats:
        """Each task's share of the next round, before deficits and rounding."""
        if warming_up or self.options.quotas == "uniform":
            return np.full(len(self.keys), 1 / len(self.keys))
        return floored_shares(self.utility.values, self.options.temperature, self.options.floor)

    def metrics(self) -> dict[str, dict[str, float]]:
        reliabilities = self.utility.synergy.reliabilities()
        potentials = np.nan_to_num(self.utility.potential.values, nan=1.0)
        return {
            key: {
                "utility": float(self.utility.values[k]),
                "potential": float(potentials[k]),
                "synergy": float(self.utility.last_synergy[k]),
                "synergy_reliability": reliabilities[key],
                "variance_scale": float(self.utility.potential.scales[k]),
                "rounds_without_signal": float(self.without_signal[key]),
            }
            for k, key in enumerate(self.keys)
        }

    def _plan(self, round: int, batch_size: int) -> RoundPlan:
        scales = self.utility.potential.scales
        for pool, scale in zip(self.pools, scales, strict=True):
            pool.turn_over(round, scale)
        warming_up = round < self.options.warm_up_rounds
        shares, capacities = self.shares(warming_up), [pool.capacity for pool in self.pools]
        deficits = np.zeros_like(self.deficits) if warming_up else self.deficits
        ties = generator(self.seed, round, "quotas")
        self.targets = apportion(shares, batch_size, capacities, ties)
        quotas = self.targets
        if deficits.any():
            quotas = apportion(batch_size * shares + deficits, batch_size, capacities, ties)
        if not warming_up:
            self.calibration.advance(softmax(self.utility.values, self.options.temperature))
        multipliers = self.calibration.multipliers.tolist()
        return RoundPlan(
            round=round,
            quotas=dict(zip(self.keys, quotas.tolist(), strict=True)),
            shares=dict(zip(self.keys, shares.tolist(), strict=True)),
            prompt_ids={
                pool.task: pool.draw(quota, round, scale)
                for pool, quota, scale in zip(self.pools, quotas.tolist(), scales, strict=True)
            },
            kl_coefficients={
                key: self.kl_bases[key] * multiplier for key, multiplier in zip(self.keys, multipliers, strict=True)
            },
            kl_multipliers=dict(zip(self.keys, multipliers, strict=True)),
            deficits=dict(zip(self.keys, deficits.tolist(), strict=True)),
        )

    def _observe(self, observation: RoundObservation) -> None:
        drawn = self.targets / self.targets.sum()
        self.utility.observe(observation, drawn, observation.round < self.options.warm_up_rounds)
        for pool in self.pools:
            if seen := observation.tasks.get(pool.task):
                pool.observe(seen, observation.round)
        if self.options.deficit == "carry":
            informative = [seen.informative if (seen := observation.tasks.get(key)) else 0 for key in self.keys]
            self.deficits = owed(self.targets, np.array(informative, np.int64))

    def _own_state(self) -> dict[str, Any]:
        return {
            "utility": self.utility.state_dict(),
            "calibration": self.calibration.state_dict(),
            "pools": {pool.task: pool.state_dict() for pool in self.pools},
            "targets": self.targets.tolist(),
            "deficits": self.deficits.tolist(),
        }

    def _load_own_state(self, state: dict[str, Any]) -> None:
        require_keys(state, ("utility", "calibration", "pools", "targets", "deficits"), "the ASTOR scheduler")
        require_keys(state["pools"], self.keys, "the prompt pools")
        self.utility.load_state_dict(state["utility"])
        self.calibration.load_state_dict(state["calibration"])
        for pool in self.pools:
            pool.load_state_dict(state["pools"][pool.task])
        self.targets, self.deficits = np.array(state["targets"], np.int64), np.array(state["deficits"], np.int64)

    def prompt_statistics(self) -> list[PromptStatistics]:
        return [record for pool in self.pools for record in pool.statistics()]

    def load_prompt_statistics(self, statistics: Sequence[PromptStatistics]) -> None:
        by_task: dict[str, list[PromptStatistics]] = {key: [] for key in self.keys}
        for record in statistics:
            by_task.setdefault(record.task, []).append(record)
        require_keys(by_task, self.keys, "the prompt statistics' tasks")
        for pool in self.pools:
            pool.load_statistics(by_task[pool.task])
