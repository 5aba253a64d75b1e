"""What every scheduler is: it plans a round, is shown what came of it, and plans the next one."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field

from astor.coordination.observation import RoundObservation
from astor.coordination.state import require_keys
from astor.errors import UserError
from astor.options import Options
from astor.records import PromptStatistics


@dataclass(frozen=True)
class TaskInfo:
    """What a scheduler knows of a task before the first round."""

    key: str
    prompts: Sequence[tuple[str, int]]
    """Prompt id and difficulty bucket of every training prompt, in the order of the run's prompts."""
    variance_scale: float | None = None
    """Variance of scores that counts as a whole, 1/4 for right or wrong; None where the task declares none."""
    kl_base: float | None = None
    """KL coefficient before calibration; None: the scheduler options'."""


@dataclass(frozen=True)
class RoundPlan:
    """What the next batch is made from. Every mapping has every task."""

    round: int
    quotas: dict[str, int]
    """Prompts per task; their sum is the batch."""
    shares: dict[str, float]
    """Shares of the batch before deficits were added and numbers rounded."""
    prompt_ids: dict[str, list[str]]
    kl_coefficients: dict[str, float]
    kl_multipliers: dict[str, float]
    deficits: dict[str, int]
    """Informative groups that the round before was short of, and that these quotas were raised for."""
    draw: int = 0
    """Which of the round's draws it is."""


class SchedulerOptions(Options):
    """What every scheduler can be told. A scheduler's own options give `type`, its name in recipes, as a literal."""

    type: str
    kl_coefficient: float = Field(default=1e-3, ge=0)
    """KL coefficient of every task before calibration (our choice)."""
    kl_coefficients: dict[str, float] = {}
    """Task → its own coefficient instead."""
    redraws: ClassVar[bool] = False
    """Whether the scheduler may draw further prompts within a round, which only a loop in one process can follow."""
    needs_loss_after: ClassVar[bool] = False
    """Whether the scheduler looks at each task's loss after an update, which costs a forward pass a round."""

    @property
    def sketch(self) -> Literal["gradient", "adam"] | None:
        """Which sketch of each task's gradient the scheduler wants from every update: of the gradient, of the gradient
        in Adam's metric, or none."""
        return None


class Scheduler(ABC):
    """Plans rounds. It is pure computation: no torch, no files, no global randomness. A class of another package is
    found by the entry point group `astor.schedulers`.

    `next_round` and `observe` alternate, beginning with `next_round`; between the two a scheduler whose options have
    `redraws` is asked to `redraw` until it has enough. State and prompt statistics are taken after a plan: loaded into
    a new scheduler of the same options, tasks and seed, they continue bit for bit.
    """

    options_type: ClassVar[type[SchedulerOptions]]

    def __init__(self, options: SchedulerOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        """UserError where a task has no prompts, or a KL coefficient names no task."""
        self.tasks, self.seed = tuple(tasks), seed
        self.keys = tuple(task.key for task in tasks)
        self.round = 0
        """Rounds planned so far."""
        self.draw = 0
        """Further draws of the round that was planned last."""
        self.without_signal = dict.fromkeys(self.keys, 0)
        """Task → rounds in a row in which none of its groups was informative."""
        for task in tasks:
            if not task.prompts:
                raise UserError(f"The task {task.key} has no training prompts: give it a source that yields some.")
        for key, coefficient in options.kl_coefficients.items():
            if key not in self.keys or coefficient < 0:
                raise UserError(
                    f"scheduler.kl_coefficients has {key}: {coefficient}, which is no task of the recipe or below 0."
                )
        self.kl_bases = {
            task.key: options.kl_coefficients.get(task.key, options.kl_coefficient)
            if task.kl_base is None
            else task.kl_base
            for task in tasks
        }

    def next_round(self, batch_size: int) -> RoundPlan:
        """The plan of the next round, of `batch_size` prompts."""
        plan = self._plan(self.round, batch_size)
        self.round, self.draw = self.round + 1, 0
        return plan

    def redraw(self, observation: RoundObservation) -> RoundPlan | None:
        """A further draw of the round that was planned last, of prompts that it has not drawn yet; None where it has
        enough. `observation` is of all its draws so far."""
        assert observation.round == self.round - 1, f"round {observation.round} was not planned last"
        plan = self._redraw(observation, self.draw + 1)
        self.draw += plan is not None
        return plan

    def observe(self, observation: RoundObservation) -> None:
        """Take in what came of the round that was planned last."""
        assert observation.round == self.round - 1, f"round {observation.round} was not planned last"
        for key, rounds in self.without_signal.items():
            if seen := observation.tasks.get(key):
                self.without_signal[key] = 0 if seen.informative else rounds + 1
        self._observe(observation)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the prompt statistics, as JSON can hold it."""
        return {
            "round": self.round,
            "draw": self.draw,
            "seed": self.seed,
            "without_signal": dict(self.without_signal),
            "own": self._own_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`. UserError where it has other keys, another seed or other tasks than this scheduler."""
        require_keys(state, ("round", "draw", "seed", "without_signal", "own"), "the scheduler")
        if state["seed"] != self.seed:
            raise UserError(f"The state was made with seed {state['seed']}, the recipe has {self.seed}.")
        require_keys(state["without_signal"], self.keys, "the scheduler's tasks")
        self.round, self.draw = state["round"], state["draw"]
        self.without_signal = dict(state["without_signal"])
        self._load_own_state(state["own"])

    def prompt_statistics(self) -> list[PromptStatistics]:
        """What is known of single prompts; none where the scheduler doesn't look at them."""
        return []

    def load_prompt_statistics(self, statistics: Sequence[PromptStatistics]) -> None:
        """Continue from statistics, in any order."""
        if statistics:
            raise UserError(f"{type(self).__name__} keeps no prompt statistics: the state is of another scheduler.")

    @abstractmethod
    def metrics(self) -> dict[str, dict[str, float]]:
        """Task → name → value, of the last plan and the last observation; finite, with at least the names `utility`,
        `potential`, `synergy` and `rounds_without_signal`."""

    @abstractmethod
    def _plan(self, round: int, batch_size: int) -> RoundPlan: ...

    def _redraw(self, observation: RoundObservation, draw: int) -> RoundPlan | None:
        return None

    @abstractmethod
    def _observe(self, observation: RoundObservation) -> None: ...

    @abstractmethod
    def _own_state(self) -> dict[str, Any]: ...

    @abstractmethod
    def _load_own_state(self, state: dict[str, Any]) -> None: ...
