"""How completions are sampled."""

from typing import Literal

from pydantic import PositiveInt

from astor.options import Options


class TransformersEngineOptions(Options):
    """Sampling with transformers in this process."""

    type: Literal["transformers"] = "transformers"
    tokens_per_batch: PositiveInt = 65536
    """Most tokens that the rollouts of one batch may come to, each with its prompt and its max_tokens; bounds the
    memory of keys and values (our choice: 512 rollouts of 128 tokens; halved where memory runs out)."""


EngineOptions = TransformersEngineOptions
