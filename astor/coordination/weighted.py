"""What schedulers that weigh tasks share: weights become quotas, and prompts of a task have the same chance."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from astor.coordination.observation import RoundObservation, TaskObservation
from astor.coordination.potential import Potential, PotentialOptions
from astor.coordination.quotas import Counts, Floats, apportion
from astor.coordination.scheduler import RoundPlan, Scheduler, SchedulerOptions, TaskInfo
from astor.coordination.state import generator, require_keys
from astor.errors import UserError
from astor.explain import nearest


class WeightedScheduler(Scheduler):
    """Quotas by weights; KL coefficients as they are. It measures potential like `astor` with its defaults, for people
    to compare, and makes nothing of it; as utility it shows each task's weight over an equal one."""

    def __init__(self, options: SchedulerOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        self.potential = Potential(PotentialOptions(), self.keys, [task.graded for task in tasks])

    @abstractmethod
    def weights(self, round: int) -> Floats:
        """(K,) share of each task in `round`, at least 0, summing to 1. Of what has been observed, and of nothing
        else."""

    def quotas(self, round: int, weights: Floats, batch_size: int) -> Counts:
        """(K,) prompts: the weights by largest remainder. A task of weight 0 gets none."""
        capacities = [len(task.prompts) if weight else 0 for task, weight in zip(self.tasks, weights, strict=True)]
        return apportion(weights, batch_size, capacities, generator(self.seed, round, "quotas"))

    def learn(self, observation: RoundObservation) -> None:
        """Take in one round; here nothing."""

    def memory(self) -> dict[str, Any]:
        """What has been learnt, as JSON can hold it; here nothing."""
        return {}

    def remember(self, memory: dict[str, Any]) -> None:
        """Continue from `memory`, whose keys are right."""

    def metrics(self) -> dict[str, dict[str, float]]:
        potentials = np.nan_to_num(self.potential.values, nan=1.0)
        weights = self.weights(max(self.round - 1, 0))
        return {
            key: {
                "utility": float(weight) * len(self.keys),
                "potential": float(potential),
                "synergy": 0.0,
                "rounds_without_signal": float(self.without_signal[key]),
            }
            for key, weight, potential in zip(self.keys, weights, potentials, strict=True)
        }

    def _plan(self, round: int, batch_size: int) -> RoundPlan:
        weights = self.weights(round)
        quotas = self.quotas(round, weights, batch_size).tolist()
        return RoundPlan(
            round=round,
            quotas=dict(zip(self.keys, quotas, strict=True)),
            shares=dict(zip(self.keys, weights.tolist(), strict=True)),
            prompt_ids={
                task.key: self._draw(task, quota, round) for task, quota in zip(self.tasks, quotas, strict=True)
            },
            kl_coefficients=dict(self.kl_bases),
            kl_multipliers=dict.fromkeys(self.keys, 1.0),
            deficits=dict.fromkeys(self.keys, 0),
        )

    def _observe(self, observation: RoundObservation) -> None:
        self.potential.observe(observation)
        self.learn(observation)

    def _own_state(self) -> dict[str, Any]:
        return {"potential": self.potential.state_dict(), "memory": self.memory()}

    def _load_own_state(self, state: dict[str, Any]) -> None:
        require_keys(state, ("potential", "memory"), f"the scheduler {self.name}")
        require_keys(state["memory"], self.memory(), f"what {self.name} has learnt")
        self.potential.load_state_dict(state["potential"])
        self.remember(state["memory"])

    @property
    def name(self) -> str:
        """Its `type` in recipes."""
        return str(self.options_type.model_fields["type"].default)

    def hold_alone(self, trained: int) -> None:
        """Hold each of the `trained` tasks as tightly as if the recipe had no others: the update shares the KL term
        among all tasks, so coefficients grow by as much as fewer are trained."""
        self.kl_bases = {key: base * len(self.keys) / trained for key, base in self.kl_bases.items()}

    def require_tasks(self, option: str, named: Sequence[str]) -> None:
        """UserError where an option names what is no task, with the nearest one."""
        for key in named:
            if key not in self.keys:
                raise UserError(f"scheduler.{option} names {key!r}: {nearest(key, list(self.keys), 'tasks are')}.")


def per_task(
    observation: RoundObservation, tasks: Sequence[str], measure: Callable[[TaskObservation], float]
) -> Floats:
    """(K,) what a round shows of each task; NaN of one that it has no prompt of."""
    return np.array([measure(seen) if (seen := observation.tasks.get(task)) else np.nan for task in tasks])


def mean_score(seen: TaskObservation) -> float:
    """Mean over prompts of the mean score of their rollouts, in [0, 1]."""
    return float(np.mean([np.mean(prompt.scores) for prompt in seen.prompts]))


def mean_advantage(seen: TaskObservation) -> float:
    """Mean |advantage| over all rollouts, those of groups without variance included."""
    return float(np.mean([abs(one) for prompt in seen.prompts for one in prompt.advantages]))
