"""AdamW with its clipping, on weights that this process holds as a whole."""

from collections.abc import Mapping

import torch
from torch import Tensor
from transformers import PreTrainedModel

from astor.errors import UserError
from astor.policies.ranks import World
from astor.training.options import OptimizerOptions
from astor.training.progress import Progress
from astor.training.trainer_state import TrainerState, first_counters

ROUNDING = 1e-6
"""Norm up to which a gradient counts as 0 (our choice). Where there is nothing to learn and the policy is the reference
still, what is left is the rounding of two passes, of which Adam would make a step of nearly its usual size."""


class Optimization:
    """Optimizer steps on the parameters of `model` that require gradients, all of them fp32."""

    def __init__(
        self,
        model: PreTrainedModel,
        options: OptimizerOptions,
        skips_in_a_row: int,
        state: TrainerState | None,
        world: World | None = None,
    ) -> None:
        """With `state`, the model's weights become its masters and everything goes on from there. Gradients are summed
        over the ranks of `world`.

        UserError where the state is of another model.
        """
        self.options, self._world = options, world or World()
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
        self.progress = Progress(options, skips_in_a_row, first_counters(self._world.size))
        if state is not None:
            with torch.no_grad():
                self._load(state)

    @property
    def learning_rate(self) -> float:
        """The rate of the last step; before any, of the first."""
        return self.progress.learning_rate

    def clear(self) -> None:
        """Drop the gradients that there are."""
        self.optimizer.zero_grad(set_to_none=True)

    def backward(self, loss: Tensor, last: bool) -> None:
        """Add the gradients of a part of a mini-batch's loss; `last` says whether it is the last part of the step."""
        loss.backward()

    def step(self) -> float | None:
        """One step along the gradients, which are cleared: their norm before clipping, None where the step was skipped.

        It is where the norm is not finite or above the limit: no weight and no moment changes. DivergedError where too
        many such follow each other.
        """
        self._world.sum_gradients(self.parameters.values())
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(), self.options.gradient_clip).item()
        if norm <= ROUNDING:
            for weight in self.parameters.values():
                weight.grad = None if weight.grad is None else torch.zeros_like(weight.grad)
        if self.progress.takes(norm):
            for group in self.optimizer.param_groups:
                group["lr"] = self.progress.next_learning_rate
            self.optimizer.step()
        self.clear()
        return self.progress.count(norm)

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
        stepped = self.parameters if self.progress.counters.optimizer_steps else {}
        first, second = (
            {name: self.optimizer.state[weight].get(key, torch.zeros_like(weight)) for name, weight in stepped.items()}
            for key in ("exp_avg", "exp_avg_sq")
        )
        return TrainerState(dict(self.parameters), first, second, self.progress.counters)

    def _load(self, state: TrainerState) -> None:
        check_same_model(self.parameters, state)
        for name, weight in self.parameters.items():
            weight.copy_(state.masters[name])
            if state.first_moments:
                self.optimizer.state[weight] = {
                    "step": _step(state.counters.optimizer_steps, weight),
                    "exp_avg": state.first_moments[name].to(weight.device),
                    "exp_avg_sq": state.second_moments[name].to(weight.device),
                }
        self.progress.counters = state.counters.model_copy(update={"world_size": self._world.size})


def check_same_model(parameters: Mapping[str, Tensor], state: TrainerState) -> None:
    """UserError where the state has other weights than these."""
    if {name: weight.shape for name, weight in parameters.items()} != state.shapes:
        raise UserError("The trainer state has other weights than the policy: it is of another model.")


def _step(steps: int, weight: Tensor) -> Tensor:
    """The optimizer's own count of its steps, where the fused kernel wants it."""
    return torch.tensor(float(steps), dtype=torch.float32, device=weight.device)
