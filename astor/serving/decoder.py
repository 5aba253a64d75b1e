"""Rows that are answered together, which others join and leave at any time."""

from dataclasses import dataclass

import torch
from torch import Tensor

from astor.policies.policy import Policy
from astor.policies.prefix import Prefix


@dataclass
class JoinableDecoder:
    """The rows in flight: a policy, their keys and values, and where each row stands."""

    policy: Policy
    prefix: Prefix

    def step(self, tokens: Tensor) -> Tensor:
        """Feed a token per row (R,); the logits (R, V) of the next, fp32."""
        prefix = self.prefix
        prefix.mask = torch.cat([prefix.mask, prefix.mask.new_ones(len(tokens), 1)], dim=1)
        output = self.policy.model(
            input_ids=tokens[:, None],
            attention_mask=prefix.mask,
            position_ids=prefix.places(1),
            past_key_values=prefix.cache,
            use_cache=True,
        )
        prefix.lengths = prefix.lengths + 1
        return output.logits[:, -1].float()

    def select(self, rows: Tensor) -> None:
        """Go on with these rows; a row may be taken many times."""
        self.prefix = self.prefix.select(rows)
