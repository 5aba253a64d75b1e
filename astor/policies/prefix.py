"""Prompts computed once, whose keys and values any number of completions share."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers import DynamicCache, PreTrainedModel

from astor.errors import UserError
from astor.policies.head import body_of
from astor.policies.room import room_of_config


@dataclass
class Prefix:
    """Keys and values of P prompts but for their last tokens, K positions, padded on the left.

    So every prompt ends where its completion begins, and the distance of two positions is that of their tokens: a
    sliding window sees what it would see without padding. The last token of a prompt is left to whoever continues it:
    feeding it gives the logits of the first answer token.
    """

    cache: DynamicCache
    mask: Tensor
    """(P, K), 1 where a position is a token of the prompt."""
    last_tokens: Tensor
    """(P,), the last token of each prompt."""
    lengths: Tensor
    """(P,), tokens of each prompt but for the last: the place in the text that its last token takes."""
    room: int
    """Most tokens of prompt and answer."""

    def select(self, rows: Tensor) -> "Prefix":
        """The prefix of prompt `rows[i]` as row i; a prompt may be taken many times. Gradients flow through."""
        cache = DynamicCache()
        for index, layer in enumerate(self.cache.layers):
            cache.update(layer.keys[rows], layer.values[rows], index)
        return Prefix(cache, self.mask[rows], self.last_tokens[rows], self.lengths[rows], self.room)

    def trim(self) -> "Prefix":
        """The prefix without the positions that are padding in every row."""
        spare = self.mask.shape[1] - int(self.lengths.max())
        if not spare:
            return self
        cache = DynamicCache()
        for index, layer in enumerate(self.cache.layers):
            cache.update(layer.keys[:, :, spare:], layer.values[:, :, spare:], index)
        return Prefix(cache, self.mask[:, spare:], self.last_tokens, self.lengths, self.room)

    def join(self, other: "Prefix") -> "Prefix":
        """The rows of both, of the same model, with its own first."""
        longest = max(self.mask.shape[1], other.mask.shape[1])
        mine, theirs = (each._widened(longest, like=other) for each, other in ((self, other), (other, self)))
        cache = DynamicCache()
        for index, (first, second) in enumerate(zip(mine, theirs, strict=True)):
            cache.update(torch.cat([first[0], second[0]]), torch.cat([first[1], second[1]]), index)
        return Prefix(
            cache,
            torch.cat([*(pad(each.mask, (longest - each.mask.shape[1], 0)) for each in (self, other))]),
            torch.cat([self.last_tokens, other.last_tokens]),
            torch.cat([self.lengths, other.lengths]),
            self.room,
        )

    def _widened(self, longest: int, like: "Prefix") -> list[tuple[Tensor, Tensor]]:
        """Keys and values of each layer, padded to `longest`; a prefix of no positions has as many layers as `like`."""
        short = longest - self.mask.shape[1]
        if self.cache.layers:
            return [
                (pad(each.keys, (0, 0, short, 0)), pad(each.values, (0, 0, short, 0))) for each in self.cache.layers
            ]
        rows = len(self.mask)
        return [
            (each.keys.new_zeros(rows, *each.keys.shape[1:]), each.values.new_zeros(rows, *each.values.shape[1:]))
            for each in like.cache.layers
        ]

    def places(self, width: int) -> Tensor:
        """(P, width), places in the text of the next tokens; those that nobody asked for keep to the room."""
        following = torch.arange(width, device=self.lengths.device)
        return (self.lengths[:, None] + following).clamp(max=self.room - 1)


def compute_prefix(model: PreTrainedModel, prompts: Sequence[Sequence[int]], new_tokens: Sequence[int]) -> Prefix:
    """One forward pass over the prompts, padded on the right, causal, no query row masked as a whole.

    `new_tokens` are the most that will follow each: a UserError where the model has no room for them.
    """
    room = room_of(model)
    for prompt, longest in zip(prompts, new_tokens, strict=True):
        assert prompt, "a prompt has no tokens"
        if len(prompt) + longest > room:
            raise UserError(
                f"A prompt of {len(prompt)} tokens and an answer of {longest} do not fit the policy's {room} tokens: "
                f"lower max_tokens, or use shorter prompts or another policy."
            )
    device = model.device
    lengths = torch.tensor([len(prompt) - 1 for prompt in prompts])
    longest = int(lengths.max())
    padded = torch.zeros(len(prompts), longest, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        padded[row, : len(prompt) - 1] = torch.as_tensor(prompt[:-1], dtype=torch.long)
    cache = DynamicCache()
    if longest:
        body_of(model)(input_ids=padded.to(device), past_key_values=cache, use_cache=True)
        _move_padding_left(cache, lengths.to(device))
    mask = (torch.arange(longest) >= longest - lengths[:, None]).long()
    last_tokens = torch.tensor([prompt[-1] for prompt in prompts])
    return Prefix(cache, mask.to(device), last_tokens.to(device), lengths.to(device), room)


def room_of(model: PreTrainedModel) -> int:
    """Most tokens of prompt and answer; a UserError where the model's prompts cannot be shared."""
    if getattr(model, "_is_stateful", False):
        kind = model.config.model_type
        raise UserError(f"A policy of type {kind} carries a state from token to token: use one with attention alone.")
    return room_of_config(model.config)


def _move_padding_left(cache: DynamicCache, lengths: Tensor) -> None:
    """Turn every row round until its last token stands at the end. Keys know their place in the text already."""
    for layer in cache.layers:
        width = layer.keys.shape[2]
        source = (torch.arange(width, device=lengths.device) + lengths[:, None]) % width
        layer.keys = torch.take_along_dim(layer.keys, source[:, None, :, None], dim=2)
        layer.values = torch.take_along_dim(layer.values, source[:, None, :, None], dim=2)
