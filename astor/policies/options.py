"""A tiny policy: its size, and how it learns to speak. And an adapter: how large it is."""

from typing import Annotated, Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from astor.options import Options

RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""That vLLM takes as the largest of its adapters."""


class LoraOptions(Options):
    """LoRA (Hu and others 2106.09685): all weights stay as they are, and beside each of some linear maps W a map B A of
    low rank is trained, which begins as 0. The policy that KL is measured to is the model with these maps left out.

    There is no dropout: with it the policy that is trained would be another than the one that sampled.
    """

    rank: PositiveInt = 32
    """Rows of A (our choice; in reinforcement learning a rank of 1 comes close to full weights already: Schulman and
    others 2025, "LoRA Without Regret", whose learning rate is ten times that of full weights)."""
    alpha: PositiveFloat = 32
    """The maps count alpha / rank times (Hu and others; 32 as in "LoRA Without Regret")."""
    targets: tuple[str, ...] = Field(
        default=("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"), min_length=1
    )
    """Names of the linear maps: by default all of a block of Llama, Qwen, Gemma or Mistral ("LoRA Without Regret":
    attention alone learns less)."""


def largest_rank(rank: int) -> int:
    """What vLLM is told as the largest rank of its adapters, so that it takes one of `rank`."""
    return next((known for known in RANKS if known >= rank), rank)


class WarmStartOptions(Options):
    """How a tiny policy learns to speak before reinforcement learning: supervised, for a fixed number of steps."""

    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of first weights and order of demonstrations; apart from the recipe's, so that runs of several seeds can
    share one warm start (our choice)."""
    steps: PositiveInt = 700
    """Optimizer steps. A number and not a time, so that the same seed gives the same policy on a busy machine
    (our choice; 700 take about 50 seconds of one core)."""
    batch_size: PositiveInt = 48
    """Demonstrations per step (our choice)."""
    matrix_learning_rate: PositiveFloat = 0.005
    """Muon's learning rate for the weight matrices, on the scale of `torch.optim.Muon` (our choice: with the 0.02 of
    Jordan et al. 2024, twice the steps learn less, and how much depends on the seed)."""
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.95
    """Muon's Nesterov momentum, Jordan et al. 2024."""
    learning_rate: PositiveFloat = 3e-3
    """AdamW's learning rate for embeddings and norms (our choice)."""
    warm_up_steps: Annotated[int, Field(ge=0)] = 20
    """Steps over which the learning rates rise linearly from 0 (our choice)."""
    decay_share: Annotated[float, Field(gt=0, le=1)] = 0.3
    """Share of the steps, at the end, over which the learning rates fall linearly to 0 (our choice: the decay alone
    is worth 0.1 to 0.2 of code generation's score)."""
    prompt_weight: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Weight of a prompt token's loss; an answer token's is 1 (our choice: prompts teach the language)."""

    @property
    def demonstrations(self) -> int:
        """Demonstrations that the warm start reads if each is read once."""
        return self.steps * self.batch_size


class TinyOptions(Options):
    """A Llama small enough to be trained on a laptop. The default has 0.34 M parameters: in a warm start of fixed
    time the number of demonstrations read decides, not the number of parameters, so the smallest model is the best.
    """

    hidden_size: PositiveInt = 96
    """Width of the residual stream."""
    layers: PositiveInt = 3
    """Transformer blocks."""
    heads: PositiveInt = 3
    """Query heads; `hidden_size` is a multiple of it."""
    key_value_heads: PositiveInt = 1
    """Key and value heads, shared by the query heads: grouped-query attention, Ainslie et al. 2023."""
    mlp_size: PositiveInt = 256
    """Width inside the gated MLP."""
    vocabulary: Annotated[int, Field(ge=160)] = 512
    """Tokens: 6 special ones, 97 characters, and merges (our choice: few enough that each is seen often)."""
    context: PositiveInt = 512
    """Most tokens that prompt and answer may have together."""
    warm_start: WarmStartOptions = WarmStartOptions()
    """How it is trained before reinforcement learning."""

    @model_validator(mode="after")
    def _heads_divide(self) -> Self:
        if self.hidden_size % (2 * self.heads) or self.heads % self.key_value_heads:
            raise ValueError("hidden_size must be an even multiple of heads, and heads a multiple of key_value_heads")
        return self
