"""How a policy is updated."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from astor.options import Options
from astor.policies.options import LoraOptions
from astor.policies.ranks import Ranks
from astor.training.engine import ReferencePolicy, UpdateEngine, UpdateEngineOptions

ReferenceKind = Literal["shared", "bf16", "offloaded"]
"""How the reference policy is kept."""


class OptimizerOptions(Options):
    """AdamW (Loshchilov and Hutter 2019) on fp32 weights."""

    learning_rate: float = Field(default=1e-6, gt=0)
    """The highest (DAPO's and MT-GRPO's value for models of billions of parameters; a tiny policy needs some hundred
    times as much)."""
    warm_up_steps: int = Field(default=10, ge=0)
    """Optimizer steps over which the learning rate rises linearly from its first fraction (our choice)."""
    decay_steps: int | None = Field(default=None, ge=1)
    """Optimizer steps after the warm-up over which the learning rate falls to a tenth, where it stays; null: it stays
    constant. Our choice: a run of known length ends with less of the last gradients' noise in its weights."""
    decay: Literal["linear", "cosine"] = "linear"
    """How it falls: along a line, or along half a cosine (Loshchilov and Hutter 2017, without restarts)."""
    betas: tuple[float, float] = (0.9, 0.95)
    """Decay of first and second moments (our choice: the second forgets in 20 steps, for gradients change their size
    quickly in reinforcement learning)."""
    epsilon: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment (Adam, Kingma and Ba 2015)."""
    weight_decay: float = Field(default=0.0, ge=0)
    """None by default (our choice: the KL term already pulls towards the reference policy)."""
    gradient_clip: float = Field(default=1.0, gt=0)
    """Largest norm of a gradient; longer ones are scaled down to it (verl)."""
    gradient_limit: float | None = Field(default=None, gt=0)
    """Largest norm of a gradient, before it is scaled down, that a step is made along; steps with longer ones are
    skipped and counted as those whose gradient is not finite. null: no limit."""


class SketchOptions(Options):
    """The sketch of each task's policy gradient, which synergy and gradient norms are made of. All values are our
    choice."""

    share: float = Field(default=0.4, gt=0, le=1)
    """Share of a round's mini-batches that are sketched, drawn by the seed, one at least. Sketching all of them takes
    about a tenth of the update's time, so that this takes less than a twentieth where there are several."""
    layers: float = Field(default=0.25, gt=0, le=1)
    """Share of the layers, from the last, whose `o_proj` and `down_proj` are sketched; or LoRA's maps, where there is
    LoRA."""
    size: int = Field(default=16384, ge=64)
    """Numbers in a sketch, a power of two; the error of a cosine is about the root of its reciprocal."""

    @field_validator("size")
    @classmethod
    def _is_a_power_of_two(cls, size: int) -> int:
        if size & (size - 1):
            raise ValueError(f"size is {size}, which is no power of two: make it {1 << size.bit_length()}")
        return size


class TrainingOptions(UpdateEngineOptions):
    """What our own update engines have in common."""

    mini_batches: int = Field(default=2, ge=1)
    """Optimizer steps an epoch, each on its own part of every task's groups (128 prompts in mini-batches of 64)."""
    epochs: int = Field(default=1, ge=1)
    """Passes over a round's data, each after the first in its own order of the same mini-batches. Ratios are to the
    policy at the start of the round in all of them."""
    tokens_per_micro_batch: int = Field(default=16384, ge=1)
    """Most tokens, prompt and completion padded, whose activations are in memory at once; gradients accumulate over
    micro-batches and the loss does not depend on how many there are. Halved where memory runs out."""
    gradient_checkpointing: bool = False
    """Whether a layer keeps its input alone for the backward pass, which computes the rest again (Chen and others
    1604.06174): a third more work, for a micro-batch of many times the tokens."""
    lora: LoraOptions | None = None
    """Trains an adapter, whose base is the first policy and the reference policy in one; null: all weights."""
    reference: ReferenceKind = "shared"
    """How the reference policy is kept, where there is no adapter: `shared`, in fp32, with whatever else asks for it;
    `bf16`, a copy of half the size; `offloaded`, that copy in the CPU's memory but for its own pass."""
    optimizer: OptimizerOptions = OptimizerOptions()
    engine_tolerance: float = Field(default=1e-4, gt=0)
    """Largest |logp_prox - logp_rollout| of a token, in nats, at the first update in fp32 whose own policy sampled.
    Engine and trainer that differ more do not compute the same policy, and the run stops."""
    engine_tolerance_bf16: float = Field(default=1.0, gt=0)
    """The same where the trainer computes in bf16, whose rounding reaches some tenths of a nat for rare tokens (our
    choice: a wrong temperature or a token shifted by one gives several nats)."""
    skips_in_a_row: int = Field(default=3, ge=1)
    """Optimizer steps in a row whose gradient is not finite, or above `optimizer.gradient_limit`, at which the run
    stops and the round's batch is saved; fewer are skipped and counted (our choice)."""
    sketch: SketchOptions = SketchOptions()


class TorchOptions(TrainingOptions):
    """Updates with torch on one GPU, or on a CPU in as many ranks as the recipe has `processes`."""

    type: Literal["torch"] = "torch"

    def make(self, policy: Path, reference: ReferencePolicy, trainer: Path | None, ranks: Ranks) -> UpdateEngine:
        from astor.training.engines.ranked import RankedEngine  # torch, which reading a recipe does without

        return RankedEngine(ranks, policy, reference, self, trainer)
