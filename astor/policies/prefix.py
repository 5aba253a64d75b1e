"""Prompts computed once, whose keys and values any number of completions share."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from astor.errors import UserError
from astor.policies.chat import context_of


@dataclass
class Prefix:
    """Keys and values of P prompts but for their last tokens, right padded to the longest, K positions.

    The last token of a prompt is left to whoever continues it: feeding it gives the logits of the first answer token.
    """

    cache: DynamicCache
    mask: Tensor
    """(P, K), 1 where a position is a token of the prompt."""
    last_tokens: Tensor
    """(P,), the last token of each prompt."""
    lengths: Tensor
    """(P,), tokens of each prompt but for the last: the position that its last token takes."""

    def select(self, rows: Tensor) -> "Prefix":
        """The prefix of prompt `rows[i]` as row i; a prompt may be taken many times. Gradients flow through."""
        cache = DynamicCache()
        for index, layer in enumerate(self.cache.layers):
            cache.update(layer.keys[rows], layer.values[rows], index)
        return Prefix(cache, self.mask[rows], self.last_tokens[rows], self.lengths[rows])


def compute_prefix(model: PreTrainedModel, prompts: Sequence[Sequence[int]], new_tokens: int) -> Prefix:
    """One forward pass over the prompts, right padded, causal, no query row masked as a whole.

    `new_tokens` is the most that will follow any of them: a UserError where the model has no room for it.
    """
    longest = max(map(len, prompts))
    assert min(map(len, prompts)) > 0, "a prompt has no tokens"
    check_room(model, longest, new_tokens)
    device = model.device
    padded = torch.zeros(len(prompts), longest - 1, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        padded[row, : len(prompt) - 1] = torch.as_tensor(prompt[:-1], dtype=torch.long)
    lengths = torch.tensor([len(prompt) - 1 for prompt in prompts])
    mask = (torch.arange(longest - 1) < lengths[:, None]).long()
    cache = DynamicCache()
    if longest > 1:
        model(input_ids=padded.to(device), past_key_values=cache, use_cache=True, logits_to_keep=1)
    last_tokens = torch.tensor([prompt[-1] for prompt in prompts])
    return Prefix(cache, mask.to(device), last_tokens.to(device), lengths.to(device))


def check_room(model: PreTrainedModel, prompt: int, new_tokens: int) -> None:
    """UserError where prompt and answer don't fit the model."""
    room = context_of(model.config)
    if prompt + new_tokens > room:
        raise UserError(
            f"A prompt of {prompt} tokens and an answer of {new_tokens} do not fit the policy's {room} tokens: "
            f"lower max_tokens, or use shorter prompts or another policy."
        )
