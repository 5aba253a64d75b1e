"""Optimizer steps by DeepSpeed: AdamW with fp32 masters and moments that are shared out by ZeRO."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import deepspeed
import torch
from deepspeed.utils import (
    safe_get_full_fp32_param,
    safe_get_full_optimizer_state,
    safe_set_full_fp32_param,
    safe_set_full_optimizer_state,
)
from torch import Tensor, nn
from transformers import PreTrainedModel

from astor.policies.lora import adapter_weights
from astor.policies.ranks import World
from astor.training.deepspeed_options import DeepSpeedOptions
from astor.training.micro_batch import MicroBatch
from astor.training.optimization import ROUNDING, Optimization, check_same_model
from astor.training.options import OptimizerOptions
from astor.training.progress import Progress
from astor.training.trainer_state import TrainerState, first_counters

MOMENTS = ("exp_avg", "exp_avg_sq")
BUCKET = 50_000_000
"""Numbers that are reduced or gathered at once (our choice: 200 MB in fp32)."""


class Scorer(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """The model as DeepSpeed calls it: once for a piece, however many passes that takes."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, piece: MicroBatch, temperature: float) -> Tensor:
        return piece.logps(self.model, temperature)


class GuardedAdamW(torch.optim.AdamW):  # type: ignore[misc]  # torch is untyped here
    """AdamW as DeepSpeed calls it: with this rank's share of a gradient, whose norm as a whole `zero` knows by then."""

    zero: Any = None
    """DeepSpeed's own optimizer around this one; None until it is made."""

    def __init__(self, parameters: Iterable[Tensor], options: OptimizerOptions, progress: Progress) -> None:
        super().__init__(
            parameters,
            lr=options.learning_rate,
            betas=options.betas,
            eps=options.epsilon,
            weight_decay=options.weight_decay,
            fused=True,
        )
        self._progress = progress

    def step(self, closure: None = None) -> None:
        """Nothing where no step is made along the gradient; one of rounding counts as 0."""
        norm = float(self.zero._global_grad_norm)
        for group in self.param_groups if norm <= ROUNDING else ():
            for share in group["params"]:
                share.grad.zero_()
        if self._progress.takes(norm):
            super().step()


class ZeroOptimization(Optimization):
    """Steps on the parameters of `model` that require gradients. The model is DeepSpeed's from here on: with stage 3 it
    has its weights within its own passes alone."""

    def __init__(
        self, model: PreTrainedModel, options: DeepSpeedOptions, state: TrainerState | None, world: World
    ) -> None:
        self.options, self._world, self._model, self._stage = options.optimizer, world, model, options.stage
        self.parameters = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        if state is not None:
            check_same_model(self.parameters, state)
            with torch.no_grad():
                for name, weight in self.parameters.items():
                    weight.copy_(state.masters[name])
        self.progress = Progress(
            options.optimizer, options.skips_in_a_row, state.counters if state else first_counters()
        )
        self.progress.counters = self.progress.counters.model_copy(update={"world_size": world.size})
        self.optimizer = GuardedAdamW(self.parameters.values(), options.optimizer, self.progress)
        self._engine = share_out(model, options, self.optimizer)
        self._zero = self.optimizer.zero = self._engine.optimizer
        self._begin(state)

    def logps(self, piece: MicroBatch, temperature: float) -> Tensor:
        """(R, L), log-probabilities whose graph `backward` goes through."""
        logps: Tensor = self._engine(piece, temperature)
        return logps

    def clear(self) -> None:
        """Nothing: DeepSpeed drops gradients in its own steps, and no part of a mini-batch is tried twice."""

    def backward(self, loss: Tensor, last: bool) -> None:
        self._engine.set_gradient_accumulation_boundary(last)
        self._engine.backward(loss * self._world.size)  # DeepSpeed takes the mean over ranks, where a sum is meant.

    def step(self) -> float | None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.progress.next_learning_rate
        self._engine.step()
        norm = self._engine.get_global_grad_norm() if self._engine.was_step_applied() else float("inf")
        return self.progress.count(float(norm))

    def preconditioner(self, weight: Tensor) -> Tensor:
        moment = safe_get_full_optimizer_state(weight, "exp_avg_sq")
        corrected = moment / (1 - self.options.betas[1] ** self.progress.counters.optimizer_steps)
        preconditioner: Tensor = (corrected.sqrt() + self.options.epsilon).rsqrt()
        return preconditioner

    def weights(self) -> dict[str, Tensor]:
        """Every weight that the policy is saved with, as a whole, on the CPU: the model's, or its adapter's. In other
        ranks than 0 nothing. All ranks ask together."""
        found: dict[str, Tensor] = {}
        known: dict[int, Tensor] = {}
        saved = adapter_weights(self._model).items() or self._model.named_parameters(remove_duplicate=False)
        for name, weight in saved:
            with deepspeed.zero.GatheredParameters([weight], enabled=self._stage == 3):
                if self._world.rank == 0:
                    found[name] = known.setdefault(id(weight), weight.detach().cpu().clone())
        return found

    def state(self) -> TrainerState:
        """This rank's share of the parameters, each as a whole. All ranks ask together."""
        masters: dict[str, Tensor] = {}
        first: dict[str, Tensor] = {}
        second: dict[str, Tensor] = {}
        for index, (name, weight) in enumerate(self.parameters.items()):
            wholes = [safe_get_full_fp32_param(weight)]
            if self.progress.counters.optimizer_steps:
                wholes += [safe_get_full_optimizer_state(weight, moment) for moment in MOMENTS]
            if index % self._world.size == self._world.rank:
                for named, whole in zip((masters, first, second), wholes, strict=False):
                    named[name] = whole.detach().cpu().clone()
        return TrainerState(masters, first, second, self.progress.counters)

    def _begin(self, state: TrainerState | None) -> None:
        """Make the moments, which else come with the first step, and set masters and moments to those of `state`."""
        steps = float(self.progress.counters.optimizer_steps)
        for flat in _partitions(self._zero):
            step = torch.tensor(steps, dtype=torch.float32, device=flat.device)
            moments = {moment: torch.zeros_like(flat) for moment in MOMENTS}
            self.optimizer.state[flat] = {"step": step, **moments}
        if self._stage < 3:
            self._zero._lazy_init_hp_params_optimizer_state()
        for name, weight in self.parameters.items() if state else ():
            assert state is not None
            safe_set_full_fp32_param(weight, state.masters[name].to(flat.device))
            if state.first_moments:
                for moment, tensors in zip(MOMENTS, (state.first_moments, state.second_moments), strict=True):
                    safe_set_full_optimizer_state(weight, tensors[name].to(flat.device), moment)


def share_out(model: PreTrainedModel, options: DeepSpeedOptions, optimizer: GuardedAdamW | None = None) -> Any:
    """DeepSpeed's engine around `model`, whose passes need it as long as they are made. Without an optimizer only
    stage 3 has something to share out: the weights, which are not trained."""
    buffers = [(module, dict(module._buffers)) for module in model.modules()]
    config = configuration(options, model.config.get_text_config().hidden_size)
    engine, *_ = deepspeed.initialize(model=Scorer(model).eval(), optimizer=optimizer, config=config)
    for module, kept in buffers:  # DeepSpeed rounds them too; angles of rotary embeddings do not bear it.
        module._buffers.update(kept)
    return engine


def configuration(options: DeepSpeedOptions, hidden_size: int) -> dict[str, Any]:
    """What DeepSpeed is told."""
    told: dict[str, Any] = {
        "train_micro_batch_size_per_gpu": 1,
        "gradient_accumulation_steps": 1,
        "gradient_clipping": options.optimizer.gradient_clip,
        "communication_data_type": "fp32",
        "data_types": {"grad_accum_dtype": "fp32"},
        "zero_allow_untested_optimizer": True,
        "zero_optimization": {
            "stage": options.stage,
            "reduce_bucket_size": BUCKET,
            "allgather_bucket_size": BUCKET,
            "stage3_prefetch_bucket_size": BUCKET,
            "stage3_param_persistence_threshold": 10
            * hidden_size,  # norms and biases stay whole, as transformers has it
        },
    }
    if options.precision == "bf16":
        # Without immediate updates stage 1 counts every micro-batch but the last twice.
        told["bf16"] = {"enabled": True, "immediate_grad_update": True, "check_grad_overflow": True}
    return told


def _partitions(zero: Any) -> list[Tensor]:
    """The fp32 masters that this rank holds, laid flat, as each kind of ZeRO optimizer names them."""
    names = ("single_partition_of_fp32_groups", "fp32_groups_flat_partition", "fp32_partitioned_groups_flat")
    return list(chain.from_iterable(getattr(zero, name, ()) for name in names))
