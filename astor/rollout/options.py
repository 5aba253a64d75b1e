"""How completions are sampled."""

from typing import Literal

from pydantic import PositiveInt

from astor.policies.ranks import Ranks
from astor.rollout.engine import Engine, EngineOptions

TOKENS_PER_BATCH = 65536
"""On the CPU, where the options do not say. Our choice: 512 rollouts of 128 tokens."""


class TransformersEngineOptions(EngineOptions):
    """Sampling with transformers, in as many ranks as the recipe has `processes`."""

    type: Literal["transformers"] = "transformers"
    tokens_per_batch: PositiveInt | None = None
    """Most tokens that the rollouts of one batch may come to, each with its prompt and its max_tokens; bounds the
    memory of keys and values. None: as many as a GPU's memory holds, and 65536 on the CPU (our choice). Halved where
    memory runs out."""

    def make(self, ranks: Ranks) -> Engine:
        from astor.rollout.engines.ranked import RankedEngine  # torch, which reading a recipe does without

        return RankedEngine(ranks, self)
