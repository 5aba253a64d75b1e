"""How completions are sampled."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from pydantic import PositiveInt

from astor.rollout.engine import Engine, EngineOptions
from astor.storage import PolicyRef

if TYPE_CHECKING:
    from astor.policies.policy import Policy


class TransformersEngineOptions(EngineOptions):
    """Sampling with transformers in this process."""

    type: Literal["transformers"] = "transformers"
    tokens_per_batch: PositiveInt = 65536
    """Most tokens that the rollouts of one batch may come to, each with its prompt and its max_tokens; bounds the
    memory of keys and values (our choice: 512 rollouts of 128 tokens; halved where memory runs out)."""

    def make(self, weights: "Callable[[PolicyRef], Policy]") -> Engine:
        from astor.rollout.engines.transformers import TransformersEngine  # torch, which reading a recipe does without

        return TransformersEngine(self, weights)
