"""AdamW with its schedule, its clipping, and its guard against gradients that are not finite."""

import math

import torch
from torch import Tensor
from transformers import PreTrainedModel

from astor.errors import UserError
from astor.training.engine import DivergedError
from astor.training.options import OptimizerOptions
from astor.training.trainer_state import TrainerCounters, TrainerState, first_counters


class Optimization:
    """Optimizer steps on the parameters of `model` that require gradients, all of them fp32."""

    def __init__(
        self,
        model: PreTrainedModel,
        options: OptimizerOptions,
        skips_in_a_row: int,
        state: TrainerState | None,
        world_size: int = 1,
    ) -> None:
        """With `state`, the model's weights become its masters and everything goes on from there.

        UserError where the state is of another model, or was made by another number of processes.
        """
        self.options, self.skips_in_a_row = options, skips_in_a_row
        self.parameters = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        assert all(weight.dtype == torch.float32 for weight in self.parameters.values()), "weights must be fp32"
        self.optimizer = torch.optim.AdamW(
            self.parameters.values(),
            lr=options.learning_rate,
            betas=options.betas,
            eps=options.epsilon,
            weight_decay=options.weight_decay,
            fused=True,
        )
        self.counters = first_counters(world_size)
        if state is not None:
            with torch.no_grad():
                self._load(state)

    @property
    def learning_rate(self) -> float:
        """The rate of the last step; before any, of the first."""
        step, warm_up = max(self.counters.schedule_step, 1), max(self.options.warm_up_steps, 1)
        decay = self.options.decay_steps
        fallen = min(1.0, max(0, step - warm_up) / decay) if decay else 0.0
        if self.options.decay == "cosine":
            fallen = (1 - math.cos(math.pi * fallen)) / 2
        return self.options.learning_rate * min(1.0, step / warm_up) * (1 - 0.9 * fallen)

    def step(self) -> float | None:
        """One step along the gradients, which are cleared: their norm before clipping, None where the step was skipped.

        It is where the norm is not finite or above the limit: no weight and no moment changes. DivergedError where too
        many such follow each other.
        """
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(), self.options.gradient_clip).item()
        usable, before = norm < math.inf and norm <= (self.options.gradient_limit or math.inf), self.counters
        self.counters = TrainerCounters(
            schedule_step=before.schedule_step + 1,
            optimizer_steps=before.optimizer_steps + usable,
            skipped_in_a_row=0 if usable else before.skipped_in_a_row + 1,
            world_size=before.world_size,
        )
        if usable:
            for group in self.optimizer.param_groups:
                group["lr"] = self.learning_rate
            self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if self.counters.skipped_in_a_row >= self.skips_in_a_row:
            limit = self.options.gradient_limit
            told = f" or above training.optimizer.gradient_limit, {limit:g}," if limit else ""
            raise DivergedError(
                f"The gradient was not finite{told} {self.counters.skipped_in_a_row} times in a row, up to step "
                f"{self.counters.schedule_step} with the norm {norm:g}: lower training.optimizer.learning_rate and "
                "start over with --fresh."
            )
        return norm if usable else None

    def preconditioner(self, weight: Tensor) -> Tensor:
        """(sqrt(v) + epsilon)^(-1/2), v being the bias-corrected second moment of `weight`, whose shape it has.

        Inner products of two gradients that are multiplied by it are those in the metric of Adam's steps. There must
        have been a step.
        """
        group, state = self.optimizer.param_groups[0], self.optimizer.state[weight]
        corrected = state["exp_avg_sq"] / (1 - group["betas"][1] ** state["step"].item())
        return (corrected.sqrt() + group["eps"]).rsqrt()

    def state(self) -> TrainerState:
        """The live state: save it before the next step. Weights that never had a gradient have moments of 0."""
        stepped = self.parameters if self.counters.optimizer_steps else {}
        first, second = (
            {name: self.optimizer.state[weight].get(key, torch.zeros_like(weight)) for name, weight in stepped.items()}
            for key in ("exp_avg", "exp_avg_sq")
        )
        return TrainerState(dict(self.parameters), first, second, self.counters)

    def _load(self, state: TrainerState) -> None:
        if state.counters.world_size != self.counters.world_size:
            raise UserError(
                f"The trainer state was made by {state.counters.world_size} processes, and this recipe has "
                f"{self.counters.world_size}: continue with as many."
            )
        shapes = {name: weight.shape for name, weight in self.parameters.items()}
        if shapes != {name: weight.shape for name, weight in state.masters.items()}:
            raise UserError("The trainer state has other weights than the policy: it is of another model.")
        for name, weight in self.parameters.items():
            weight.copy_(state.masters[name])
            if state.first_moments:
                self.optimizer.state[weight] = {
                    "step": _step(state.counters.optimizer_steps, weight),
                    "exp_avg": state.first_moments[name].to(weight.device),
                    "exp_avg_sq": state.second_moments[name].to(weight.device),
                }
        self.counters = state.counters


def _step(steps: int, weight: Tensor) -> Tensor:
    """The optimizer's own count of its steps, where the fused kernel wants it."""
    return torch.tensor(float(steps), dtype=torch.float32, device=weight.device)
