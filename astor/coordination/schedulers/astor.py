"""ASTOR-style coordination: utility decides quotas and prompts (scheduling) and KL coefficients (calibration).

Re-derived from the abstract of ASTOR (arXiv 2605.06111) and summaries of it, not a reproduction: no formula of the
paper was at hand, so every formula is our choice, and an option.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from astor.coordination.calibration import CalibrationOptions, make_calibration
from astor.coordination.kl_coefficients import measured_kl
from astor.coordination.observation import RoundObservation
from astor.coordination.prompt_sampling import PromptSampler, PromptSamplingOptions
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
    temperature: float = Field(default=0.25, gt=0)
    """Temperature of the softmax over utilities (our choice: of four tasks, one saturated and one hopeless, these two
    get 0.16 of the batch; at 0.5 they get 0.27)."""
    floor: float = Field(default=0.05, ge=0, lt=1)
    """Least share of a task."""
    deficit: Literal["carry", "drop"] = "drop"
    """Whether informative groups that a task was short of are added to its next quota; never in the warm-up, whose
    quotas are equal. `carry` gives to tasks that have nothing to teach: the two of the world above get 0.37 at a
    temperature of 0.5, of 0.50 under uniform quotas."""
    utility: UtilityOptions = UtilityOptions()
    prompts: PromptSamplingOptions = PromptSamplingOptions()
    calibration: CalibrationOptions = CalibrationOptions()

    @model_validator(mode="after")
    def _steered_once(self) -> Self:
        if self.kl_target is not None and self.calibration.by == "target":
            raise ValueError("kl_target and calibration.by: target both steer KL coefficients: leave one of them out")
        return self

    @property
    def compares_answers(self) -> bool:
        return self.utility.noise == "repeats"

    @property
    def sketch(self) -> Literal["gradient", "adam"] | None:
        return self.utility.sketch


class AstorScheduler(Scheduler):
    """Quotas, prompts and KL coefficients by utility."""

    options_type = AstorOptions

    def __init__(self, options: AstorOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        check_floor(options.floor, len(tasks))
        self.options = options
        self.utility = Utility(options.utility, self.keys, [task.graded for task in tasks])
        self.calibration = make_calibration(options.calibration, len(tasks))
        self.samplers = [
            PromptSampler(options.prompts, task, noise_floor, seed)
            for task, noise_floor in zip(tasks, self.utility.potential.floors, strict=True)
        ]
        self.targets = np.zeros(len(tasks), np.int64)
        """Informative groups that the last plan meant each task to have."""
        self.deficits = np.zeros(len(tasks), np.int64)

    def shares(self, warming_up: bool) -> Floats:
        """Each task's share of the next round, before deficits and rounding."""
        if warming_up or self.options.quotas == "uniform":
            return np.full(len(self.keys), 1 / len(self.keys))
        return self._useful_shares()

    def _useful_shares(self) -> Floats:
        return floored_shares(self.utility.values, self.options.temperature, self.options.floor)

    def metrics(self) -> dict[str, dict[str, float]]:
        utilities, reliabilities = self.utility.values, self.utility.sketches.reliabilities()
        potentials = np.nan_to_num(self.utility.potential.values, nan=1.0)
        noise = np.nan_to_num(self.utility.noise, nan=1.0)
        return {
            key: {
                "utility": float(utilities[k]),
                "potential": float(potentials[k]),
                "synergy": float(self.utility.synergy[k]),
                "noise": float(noise[k]),
                "reliability": float(reliabilities[k]),
                "rounds_without_signal": float(self.without_signal[key]),
            }
            for k, key in enumerate(self.keys)
        }

    def _plan(self, round: int, batch_size: int) -> RoundPlan:
        warming_up = round < self.options.warm_up_rounds
        shares, capacities = self.shares(warming_up), [len(task.prompts) for task in self.tasks]
        deficits = np.zeros_like(self.deficits) if warming_up else self.deficits
        ties = generator(self.seed, round, "quotas")
        self.targets = apportion(shares, batch_size, capacities, ties)
        quotas = self.targets
        if deficits.any():
            quotas = apportion(batch_size * shares + deficits, batch_size, capacities, ties)
        multipliers = self.calibration.multipliers.tolist()
        return RoundPlan(
            round=round,
            quotas=dict(zip(self.keys, quotas.tolist(), strict=True)),
            shares=dict(zip(self.keys, shares.tolist(), strict=True)),
            prompt_ids={
                sampler.task: sampler.draw(quota, round)
                for sampler, quota in zip(self.samplers, quotas.tolist(), strict=True)
            },
            kl_coefficients={
                key: self.kl_bases[key] * multiplier for key, multiplier in zip(self.keys, multipliers, strict=True)
            },
            kl_multipliers=dict(zip(self.keys, multipliers, strict=True)),
            deficits=dict(zip(self.keys, deficits.tolist(), strict=True)),
        )

    def _draw(self, task: TaskInfo, count: int, round: int) -> list[str]:
        return self.samplers[self.keys.index(task.key)].draw(count, round)

    def _observe(self, observation: RoundObservation) -> None:
        drawn = self.targets / self.targets.sum()
        self.utility.observe(observation, drawn)
        for sampler in self.samplers:
            if seen := observation.tasks.get(sampler.task):
                sampler.observe(seen)
        self.calibration.advance(
            softmax(self.utility.values, self.options.temperature),
            self._useful_shares(),
            np.array([measured_kl(observation.report, key) for key in self.keys]),
            warming_up=self.round < self.options.warm_up_rounds,
        )
        if self.options.deficit == "carry":
            informative = [seen.informative if (seen := observation.tasks.get(key)) else 0 for key in self.keys]
            self.deficits = owed(self.targets, np.array(informative, np.int64))

    def _own_state(self) -> dict[str, Any]:
        return {
            "utility": self.utility.state_dict(),
            "calibration": self.calibration.state_dict(),
            "samplers": {sampler.task: sampler.state_dict() for sampler in self.samplers},
            "targets": self.targets.tolist(),
            "deficits": self.deficits.tolist(),
        }

    def _load_own_state(self, state: dict[str, Any]) -> None:
        require_keys(state, ("utility", "calibration", "samplers", "targets", "deficits"), "the ASTOR scheduler")
        require_keys(state["samplers"], self.keys, "the prompt samplers")
        self.utility.load_state_dict(state["utility"])
        self.calibration.load_state_dict(state["calibration"])
        for sampler in self.samplers:
            sampler.load_state_dict(state["samplers"][sampler.task])
        self.targets, self.deficits = np.array(state["targets"], np.int64), np.array(state["deficits"], np.int64)

    def prompt_statistics(self) -> list[PromptStatistics]:
        return [record for sampler in self.samplers for record in sampler.statistics()]

    def load_prompt_statistics(self, statistics: Sequence[PromptStatistics]) -> None:
        by_task: dict[str, list[PromptStatistics]] = {key: [] for key in self.keys}
        for record in statistics:
            by_task.setdefault(record.task, []).append(record)
        require_keys(by_task, self.keys, "the prompt statistics' tasks")
        for sampler in self.samplers:
            sampler.load_statistics(by_task[sampler.task])

    def first_visits(self, prompt_ids: Mapping[str, Sequence[str]]) -> set[str]:
        return {new for sampler in self.samplers for new in sampler.unvisited(prompt_ids.get(sampler.task, ()))}
