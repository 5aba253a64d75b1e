"""Which prompts of a task are rolled out: those that promise to teach, and now and then those long unseen."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from astor.coordination.observation import TaskObservation
from astor.coordination.quotas import softmax
from astor.coordination.state import generator, require_keys
from astor.errors import UserError
from astor.options import Options
from astor.records import PromptStatistics

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

COLUMNS = ("entered", "visits", "last_round", "last_mean", "last_variance", "last_delta", "active")


class PromptSamplingOptions(Options):
    """ASTOR-style: the paper samples prompts by a utility of reward variance and recent reward progress; every formula
    and value is our choice."""

    by: Literal["utility", "uniform"] = "utility"
    """`uniform` draws from all of a task's prompts alike, the ablation without prompt level."""
    pool: int = Field(default=1024, ge=1)
    """Prompts of a task that are drawn from at a time: a large task's prompts would else be met once at most, and what
    is known of them never used."""
    turnover: float = Field(default=0.02, ge=0, le=1)
    """Largest share of the pool that is exchanged in a round. Visited prompts that promise less than unseen ones of
    their difficulty leave, least first; those longest outside enter. A pool of unseen prompts thus stays."""
    progress_weight: float = Field(default=0.3, ge=0, le=1)
    """kappa in u = (1 - kappa) * variance / scale + kappa * delta."""
    delta: Literal["absolute", "positive"] = "absolute"
    """delta is the change of a prompt's mean score between its last two visits, 0 before the second; `absolute` counts
    forgetting too."""
    temperature: float = Field(default=0.2, gt=0)
    """Temperature of the softmax over prompt utilities."""
    staleness_weight: float = Field(default=0.1, ge=0, le=1)
    """eta: share of the draw that goes by rounds since the last visit, or since entering for an unseen prompt; uniform
    where nothing is stale."""


class PromptPool:
    """One task's prompts: columns over all of them, and a pool of active ones that moves through them."""

    def __init__(
        self, options: PromptSamplingOptions, task: str, prompts: Sequence[tuple[str, int]], seed: int
    ) -> None:
        """`prompts` are ids with difficulty buckets, in the order of the run's prompts."""
        self.options, self.task, self.seed = options, task, seed
        self.ids = [prompt_id for prompt_id, _ in prompts]
        self.index = {prompt_id: position for position, prompt_id in enumerate(self.ids)}
        assert len(self.index) == len(self.ids), f"{task} has a prompt twice"
        self.bucket = np.array([bucket for _, bucket in prompts], dtype=np.int64)
        self.order = generator(seed, task, "pool").permutation(len(self.ids))
        self.position = 0
        self._clear()
        if options.by == "utility":
            self._enter(min(options.pool, len(self.ids)), round=0)

    def _clear(self) -> None:
        size = len(self.ids)
        self.entered, self.visits = np.zeros(size, np.int64), np.zeros(size, np.int64)
        self.last_round = np.full(size, -1, np.int64)
        self.last_mean, self.last_variance, self.last_delta = np.zeros(size), np.zeros(size), np.zeros(size)
        self.active = np.zeros(size, bool)

    @property
    def capacity(self) -> int:
        """The most different prompts that one round may draw."""
        return len(self.ids) if self.options.by == "uniform" else int(np.count_nonzero(self.active))

    def draw(self, count: int, round: int, scale: float) -> list[str]:
        """`count` different prompts. `scale` is the variance that counts as a whole for this task."""
        random = generator(self.seed, self.task, round, "draw")
        if self.options.by == "uniform":
            chosen = random.choice(len(self.ids), count, replace=False)
        else:
            active = np.flatnonzero(self.active)
            chosen = active[gumbel_top_k(self.probabilities(active, round, scale), count, random)]
        return [self.ids[position] for position in chosen]

    def probabilities(self, active: Indices, round: int, scale: float) -> Floats:
        """Chance of each active prompt to come first: (1 - eta) softmax(u / tau) + eta staleness / sum of staleness."""
        options = self.options
        by_utility = softmax(self.utilities(active, scale), options.temperature)
        since = np.where(self.visits[active] > 0, self.last_round[active], self.entered[active])
        staleness = np.maximum(round - since, 0).astype(np.float64)
        total = staleness.sum()
        by_age = staleness / total if total > 0 else np.full(len(active), 1 / max(len(active), 1))
        return (1 - options.staleness_weight) * by_utility + options.staleness_weight * by_age

    def utilities(self, active: Indices, scale: float) -> Floats:
        """u per active prompt, in [0, 1]; of an unseen one what `expected` says of its bucket."""
        return np.where(self.visits[active] > 0, self._known(active, scale), self.expected(active, scale))

    def expected(self, active: Indices, scale: float) -> Floats:
        """Mean u of the visited prompts of each prompt's bucket in the pool; 0.5 where there is none."""
        seen, buckets = self.visits[active] > 0, self.bucket[active]
        _, group = np.unique(buckets, return_inverse=True)
        count = np.bincount(group, weights=seen)
        total = np.bincount(group, weights=np.where(seen, self._known(active, scale), 0.0))
        means = np.full(len(count), 0.5)
        np.divide(total, count, out=means, where=count > 0)
        return means[group]

    def _known(self, active: Indices, scale: float) -> Floats:
        weight = self.options.progress_weight
        delta = self.last_delta[active]
        change = np.abs(delta) if self.options.delta == "absolute" else np.maximum(delta, 0)
        return (1 - weight) * np.minimum(self.last_variance[active] / scale, 1) + weight * change

    def observe(self, seen: TaskObservation, round: int) -> None:
        """Take in the scores of one round."""
        for prompt in seen.prompts:
            i = self.index[prompt.prompt_id]
            mean = float(np.mean(prompt.scores))
            self.last_delta[i] = mean - self.last_mean[i] if self.visits[i] else 0.0
            self.last_mean[i], self.last_variance[i] = mean, np.var(prompt.scores)
            self.last_round[i], self.visits[i] = round, self.visits[i] + 1

    def turn_over(self, round: int, scale: float) -> None:
        """Exchange prompts that promise little for those longest outside, before `round` is drawn."""
        active = np.flatnonzero(self.active)
        outside = len(self.ids) - len(active)
        if self.options.by == "uniform" or not outside:
            return
        utilities = self.utilities(active, scale)
        poor = np.flatnonzero((self.visits[active] > 0) & (utilities < self.expected(active, scale)))
        count = min(len(poor), outside, int(np.ceil(self.options.turnover * len(active))))
        leaving = active[poor[np.argsort(utilities[poor], kind="stable")[:count]]]
        self._enter(count, round)
        self.active[leaving] = False

    def _enter(self, count: int, round: int) -> None:
        """The next `count` prompts that are not active, on the pool's seeded way around all prompts."""
        reach = min(count + int(np.count_nonzero(self.active)), len(self.ids))
        ahead = self.order[(self.position + np.arange(reach)) % len(self.ids)]
        places = np.flatnonzero(~self.active[ahead])[:count]
        if count:
            self.active[ahead[places]], self.entered[ahead[places]] = True, round
            self.position = int((self.position + places[-1] + 1) % len(self.ids))

    def statistics(self) -> list[PromptStatistics]:
        """Records of the prompts that were visited or are active, in the order of the prompts."""
        known = np.flatnonzero((self.visits > 0) | self.active)
        columns = [getattr(self, name)[known].tolist() for name in COLUMNS]
        return [
            PromptStatistics.model_construct(
                prompt_id=self.ids[position], task=self.task, **dict(zip(COLUMNS, values, strict=True))
            )
            for position, *values in zip(known.tolist(), *columns, strict=True)
        ]

    def load_statistics(self, statistics: Sequence[PromptStatistics]) -> None:
        """Continue from records of this task."""
        if unknown := next((item.prompt_id for item in statistics if item.prompt_id not in self.index), None):
            raise UserError(
                f"The state knows prompt {unknown!r} of task {self.task}, which is not among the run's prompts: "
                f"continue with the prompts it was started with, or start over with --fresh."
            )
        self._clear()
        rows = np.array([self.index[item.prompt_id] for item in statistics], dtype=np.int64)
        for name in COLUMNS:
            getattr(self, name)[rows] = [getattr(item, name) for item in statistics]

    def state_dict(self) -> dict[str, Any]:
        """JSON-able, without the statistics."""
        return {"position": self.position}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`."""
        require_keys(state, ("position",), f"the prompt pool of {self.task}")
        self.position = state["position"]


def gumbel_top_k(probabilities: Floats, count: int, random: np.random.Generator) -> Indices:
    """`count` different indices, drawn one after the other without replacement (Kool et al. 2019, Gumbel-top-k)."""
    with np.errstate(divide="ignore"):
        keys = np.log(probabilities) + random.gumbel(size=len(probabilities))
    return np.argsort(-keys, kind="stable")[:count]
