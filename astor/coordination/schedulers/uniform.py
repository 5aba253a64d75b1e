"""Joint learning: every task the same share, every prompt the same chance, every KL coefficient as it is."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from astor.coordination.observation import RoundObservation
from astor.coordination.potential import Potential, PotentialOptions
from astor.coordination.quotas import apportion
from astor.coordination.scheduler import RoundPlan, Scheduler, SchedulerOptions, TaskInfo
from astor.coordination.state import generator, require_keys
from astor.errors import UserError
from astor.explain import nearest


class UniformOptions(SchedulerOptions):
    """The baseline that ASTOR calls joint learning; it has nothing to choose."""

    type: Literal["uniform"] = "uniform"
    tasks: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Keys of the tasks that are trained, the others being evaluated alone: one makes a specialist. None trains all."""


class UniformScheduler(Scheduler):
    """Uniform over tasks and prompts. It measures potential like `astor` with its defaults, and makes nothing of it."""

    options_type = UniformOptions

    def __init__(self, options: UniformOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        trained = self.keys if options.tasks is None else list(dict.fromkeys(options.tasks))
        for key in trained:
            if key not in self.keys:
                raise UserError(f"scheduler.tasks names {key!r}: {nearest(key, list(self.keys), 'tasks are')}.")
        self.shares = np.array([(key in trained) / len(trained) for key in self.keys])
        self.potential = Potential(PotentialOptions(), self.keys, [task.graded for task in tasks])

    def metrics(self) -> dict[str, dict[str, float]]:
        potentials = np.nan_to_num(self.potential.values, nan=1.0)
        return {
            key: {
                "utility": 1.0,
                "potential": float(potential),
                "synergy": 0.0,
                "rounds_without_signal": float(self.without_signal[key]),
            }
            for key, potential in zip(self.keys, potentials, strict=True)
        }

    def _plan(self, round: int, batch_size: int) -> RoundPlan:
        capacities = [len(task.prompts) if share else 0 for task, share in zip(self.tasks, self.shares, strict=True)]
        quotas = apportion(self.shares, batch_size, capacities, generator(self.seed, round, "quotas"))
        drawn = {}
        for task, quota in zip(self.tasks, quotas, strict=True):
            random = generator(self.seed, task.key, round, "draw")
            chosen = random.choice(len(task.prompts), quota, replace=False)
            drawn[task.key] = [task.prompts[position].id for position in chosen]
        return RoundPlan(
            round=round,
            quotas=dict(zip(self.keys, quotas.tolist(), strict=True)),
            shares=dict(zip(self.keys, self.shares.tolist(), strict=True)),
            prompt_ids=drawn,
            kl_coefficients=dict(self.kl_bases),
            kl_multipliers=dict.fromkeys(self.keys, 1.0),
            deficits=dict.fromkeys(self.keys, 0),
        )

    def _observe(self, observation: RoundObservation) -> None:
        self.potential.observe(observation)

    def _own_state(self) -> dict[str, Any]:
        return {"potential": self.potential.state_dict()}

    def _load_own_state(self, state: dict[str, Any]) -> None:
        require_keys(state, ("potential",), "the uniform scheduler")
        self.potential.load_state_dict(state["potential"])
