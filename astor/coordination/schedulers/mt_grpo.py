"""MT-GRPO: weights that pull up the task which improves and performs least (2602.05547)."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from astor.coordination.batches.options import BatchesOptions
from astor.coordination.logits import AdamLogits
from astor.coordination.observation import RoundObservation
from astor.coordination.quotas import Floats
from astor.coordination.scheduler import SchedulerOptions, TaskInfo
from astor.coordination.weighted import WeightedScheduler, mean_score, per_task


class MtGrpoBatches(BatchesOptions):
    """As the paper's second experiment has them."""

    by: Literal["plain", "dynamic", "ratio_preserving"] = "ratio_preserving"
    """As of other schedulers: `ratio_preserving` is the paper's own sampler, `plain` its ablation without one."""
    draws: int = Field(default=3, ge=1)
    """Most draws of a round; the paper samples again 2 times in its second experiment and 10 times in its first."""
    inflation: float = Field(default=5.0, ge=1)
    """Most that a task's draw is inflated for the groups that the filter is expected to discard."""


class MtGrpoOptions(SchedulerOptions):
    """Values of the code's scripts for the paper's second experiment, at its lambda of 0.3."""

    type: Literal["mt_grpo"] = "mt_grpo"
    signal: Literal["improvement", "reward"] = "improvement"
    """`improvement`: s_k = I_k + lambda J_k. `reward`: s_k = lambda J_k, the variant REG of the paper's appendix, whose
    shrinkage `weight_decay` is; no loss after the update is needed."""
    performance_weight: float = Field(default=0.3, ge=0)
    """lambda: the larger, the more the worst task counts, and the less an even improvement. 0.1 to 1.2 in the paper."""
    improvement: Literal["sum", "mean"] = "sum"
    """I_k is what an update takes off the task's loss: of its rollouts' `sum`, as in the code, which mostly exceeds
    `clamp` and so works like a sign; or of their `mean`, our choice, which depends on no batch size, and leaves most to
    lambda J_k where learning rates are small."""
    clamp: float = Field(default=0.1, gt=0)
    """I_k is clamped to +-this. The code scales it by the learning rate over 1e-6; ours doesn't, or at 1e-3 nothing
    would be clamped."""
    rate: float = Field(default=0.025, gt=0)
    """Learning rate of the logits."""
    weight_decay: float = Field(default=1e-4, ge=0)
    """Added to the gradient as this times the logits, which draws weights towards equal ones. 1e-5 to 1e-2 in the
    paper."""
    steps: int = Field(default=4, ge=1)
    """Steps of Adam a round, all with the round's one measurement. The code takes one per mini-batch, 4 in the
    paper's rounds, each with a measurement of its own; reports measure a whole round."""
    performance_smoothing: float = Field(default=0.5, ge=0, lt=1)
    """Weight of the past in the running mean J_k; it starts at its first round."""
    batches: MtGrpoBatches = MtGrpoBatches()

    @property
    def needs_loss_after(self) -> bool:
        return self.signal == "improvement"


class MtGrpoScheduler(WeightedScheduler):
    """z = softmax(xi); g_k = z_k (s_k - sum of z_j s_j); xi <- Adam(xi, g), which descends.

    J_k is the mean score of all prompts that the round rolled out, before any filter; once a round, where the code does
    it at every draw. The code has the share of right answers, the same where scores are 0 or 1: with graded scores,
    seldom right, a task would be the worst for ever. A task that an update had no group of has improved by 0.
    """

    options_type = MtGrpoOptions

    def __init__(self, options: MtGrpoOptions, tasks: Sequence[TaskInfo], seed: int) -> None:
        super().__init__(options, tasks, seed)
        self.options = options
        self.logits = AdamLogits(len(tasks), options.rate, options.weight_decay)
        self.performance: Floats = np.full(len(tasks), np.nan)
        """J; NaN of a task that was never seen."""
        self.improvement: Floats = np.zeros(len(tasks))
        """I, of the last update."""
        self.rollouts = 0.0
        """Mean rollouts of a group in the round before, which the last update was made of."""

    def weights(self, round: int) -> Floats:
        return self.logits.weights

    def metrics(self) -> dict[str, dict[str, float]]:
        shown = zip(np.nan_to_num(self.performance), self.improvement, strict=True)
        own = [{"performance": float(performance), "improvement": float(change)} for performance, change in shown]
        return {key: {**metrics, **mine} for (key, metrics), mine in zip(super().metrics().items(), own, strict=True)}

    def learn(self, observation: RoundObservation) -> None:
        shown = per_task(observation, self.keys, mean_score)
        past = self.options.performance_smoothing
        before = np.where(np.isnan(self.performance), shown, self.performance)
        self.performance = np.where(np.isnan(shown), before, past * before + (1 - past) * shown)
        if self.options.signal == "improvement":
            self.improvement = self._improvement(observation)
        known = self.performance[~np.isnan(self.performance)]
        performance = np.where(np.isnan(self.performance), known.mean() if known.size else 0.0, self.performance)
        signal = self.improvement + self.options.performance_weight * performance
        for _ in range(self.options.steps):
            self.logits.step(improvement_gradient(self.logits.weights, signal))
        sizes = [len(prompt.rewards) for seen in observation.tasks.values() for prompt in seen.prompts]
        self.rollouts = float(np.mean(sizes)) if sizes else 0.0

    def _improvement(self, observation: RoundObservation) -> Floats:
        """I_k of the last update, clamped."""
        changes = np.zeros(len(self.keys))
        for index, key in enumerate(self.keys):
            told = observation.report.tasks.get(key) if observation.report else None
            if told is not None and told.loss_after is not None and told.informative_groups:
                rows = told.informative_groups * self.rollouts if self.options.improvement == "sum" else 1.0
                changes[index] = (told.loss_before - told.loss_after) * rows
        return np.clip(changes, -self.options.clamp, self.options.clamp)

    def memory(self) -> dict[str, Any]:
        return {
            "logits": self.logits.state_dict(),
            "performance": [None if np.isnan(value) else value for value in self.performance.tolist()],
            "improvement": self.improvement.tolist(),
            "rollouts": self.rollouts,
        }

    def remember(self, memory: dict[str, Any]) -> None:
        self.logits.load_state_dict(memory["logits"])
        self.performance = np.array([np.nan if one is None else one for one in memory["performance"]], np.float64)
        self.improvement, self.rollouts = np.array(memory["improvement"], np.float64), memory["rollouts"]


def improvement_gradient(weights: Floats, signal: Floats) -> Floats:
    """g_k = z_k (s_k - sum of z_j s_j): the softmax's Jacobian applied to s. It sums to 0."""
    gradient: Floats = weights * (signal - weights @ signal)
    return gradient
