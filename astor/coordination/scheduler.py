"""What every scheduler is: it plans a round, is shown what came of it, and plans the next one."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field

from astor.coordination.batches.catalogue import make_batches
from astor.coordination.batches.options import BatchesOptions
from astor.coordination.kl_coefficients import AdaptiveKL, kl_bases
from astor.coordination.observation import RoundObservation
from astor.coordination.quotas import Counts
from astor.coordination.state import generator, require_keys
from astor.errors import UserError
from astor.options import Options
from astor.records import PromptStatistics


class PromptInfo(NamedTuple):
    """What a scheduler knows of a prompt before anyone answered it."""

    id: str
    bucket: int
    """Difficulty bucket."""
    kind: str = ""
    """Which of the task's kinds of prompt it is."""
    characters: int = 0
    """Length of its messages."""


@dataclass(frozen=True)
class TaskInfo:
    """What a scheduler knows of a task before the first round."""

    key: str
    prompts: Sequence[PromptInfo]
    """Every training prompt, in the order of the run's prompts."""
    graded: bool = True
    """Whether scores lie anywhere in [0, 1]; False where they are 0 or 1."""
    kl_base: float | None = None
    """KL coefficient before calibration; None: the scheduler options'."""


@dataclass(frozen=True)
class RoundPlan:
    """What the next batch is made from. Every mapping has every task."""

    round: int
    quotas: dict[str, int]
    """Groups per task that the update is meant to have; their sum is the batch. As many prompts are drawn, but where
    `batches` makes it more."""
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
    kl_target: float | None = Field(default=None, gt=0)
    """Mean KL to the reference policy over tasks, in nats per token as reports measure it, to which one factor of all
    coefficients is steered (the adaptive coefficient of Ziegler and others 2019, section 2.2); null: they stay."""
    batches: BatchesOptions = BatchesOptions()

    @property
    def redraws(self) -> bool:
        """Whether the scheduler may draw further prompts within a round, which only a loop in one process follows."""
        return self.batches.redraws

    @property
    def needs_loss_after(self) -> bool:
        """Whether the scheduler looks at each task's loss after an update, which costs a forward pass a round."""
        return False

    @property
    def compares_answers(self) -> bool:
        """Whether the scheduler looks at which answers to a prompt are the same."""
        return False

    @property
    def sketch(self) -> Literal["gradient", "adam"] | None:
        """Which sketch of each task's gradient the scheduler wants from every update: of the gradient, of the gradient
        in Adam's metric, or none."""
        return None


class Scheduler(ABC):
    """Plans rounds. It is pure computation: no torch, no files, no global randomness. A class of another package is
    found by the entry point group `astor.schedulers`. Recipes make one over a single prompt a task when they are read:
    what it cannot do with these tasks it says as it is made.

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
        self.sketch = options.sketch
        self.batches = make_batches(options.batches, self.keys)
        self.planned: dict[str, Any] = {}
        """The plan of that round but for its prompts; empty before the first."""
        self.without_signal = dict.fromkeys(self.keys, 0)
        """Task → rounds in a row in which none of its groups was informative."""
        for task in tasks:
            if not task.prompts:
                raise UserError(f"The task {task.key} has no training prompts: give it a source that yields some.")
        self.kl_bases = kl_bases(options, tasks)
        self.adaptive_kl = AdaptiveKL(options.kl_target)

    def next_round(self, batch_size: int) -> RoundPlan:
        """The plan of the next round, of `batch_size` prompts."""
        plan = self._plan(self.round, batch_size)
        shares = np.array([plan.shares[key] for key in self.keys])
        quotas = np.array([plan.quotas[key] for key in self.keys])
        open_ = np.where(shares + quotas > 0, self._capacities(), 0)
        counts = self.batches.begin(shares, quotas, open_, generator(self.seed, plan.round, "batch"))
        if (counts != quotas).any():
            targets = dict(zip(self.keys, self.batches.targets.tolist(), strict=True))
            plan = replace(plan, quotas=targets, prompt_ids=self._next_prompts(plan.round, counts))
        plan = self.adaptive_kl.steer(plan)
        named = (field.name for field in fields(plan) if field.name not in ("prompt_ids", "draw"))
        self.planned = {name: getattr(plan, name) for name in named}
        self.round, self.draw = self.round + 1, 0
        return plan

    def _capacities(self) -> Counts:
        return np.array([len(task.prompts) for task in self.tasks])

    def _next_prompts(self, round: int, counts: Counts) -> dict[str, list[str]]:
        """The `counts` prompts of each task that come last of those drawn in a round so far."""
        drawn = zip(self.tasks, self.batches.drawn.tolist(), counts.tolist(), strict=True)
        return {
            task.key: self._draw(task, so_far, round)[so_far - count :] if count else []
            for task, so_far, count in drawn
        }

    def _draw(self, task: TaskInfo, count: int, round: int) -> list[str]:
        """The first `count` prompts of a task in the order in which a round draws them; here every prompt has the same
        chance. A scheduler that chooses prompts has an order of its own, the same however many are asked for."""
        order = generator(self.seed, task.key, round, "draw").permutation(len(task.prompts))
        return [task.prompts[position][0] for position in order[:count]]

    def accept(self, observation: RoundObservation) -> set[str]:
        """The prompts whose informative groups the update gets, of the round that was planned last."""
        return self.batches.accept(observation, generator(self.seed, observation.round, "accept"))

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
        self.batches.observe(observation)
        self.adaptive_kl.observe(observation.report)
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
            "batches": self.batches.state_dict(),
            "adaptive_kl": self.adaptive_kl.state_dict(),
            "planned": self.planned,
            "own": self._own_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`. UserError where it has other keys, another seed or other tasks than this scheduler."""
        keys = ("round", "draw", "seed", "without_signal", "batches", "adaptive_kl", "planned", "own")
        require_keys(state, keys, "the scheduler")
        if state["seed"] != self.seed:
            raise UserError(f"The state was made with seed {state['seed']}, the recipe has {self.seed}.")
        require_keys(state["without_signal"], self.keys, "the scheduler's tasks")
        self.round, self.draw = state["round"], state["draw"]
        self.without_signal, self.planned = dict(state["without_signal"]), dict(state["planned"])
        self.batches.load_state_dict(state["batches"])
        self.adaptive_kl.load_state_dict(state["adaptive_kl"])
        self._load_own_state(state["own"])

    def prompt_statistics(self) -> list[PromptStatistics]:
        """What is known of single prompts; none where the scheduler doesn't look at them."""
        return []

    def first_visits(self, prompt_ids: Mapping[str, Sequence[str]]) -> set[str]:
        """Those of the prompts, task → ids, that were never observed; none where the scheduler doesn't look at single
        prompts."""
        return set()

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
        random = generator(self.seed, observation.round, draw, "batch")
        counts = self.batches.further(observation, draw, self._capacities(), random)
        if counts is None:
            return None
        return RoundPlan(**self.planned, draw=draw, prompt_ids=self._next_prompts(observation.round, counts))

    @abstractmethod
    def _observe(self, observation: RoundObservation) -> None: ...

    @abstractmethod
    def _own_state(self) -> dict[str, Any]: ...

    @abstractmethod
    def _load_own_state(self, state: dict[str, Any]) -> None: ...
