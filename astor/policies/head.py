"""The last layer's hidden states → log-probabilities, without the logits of all positions in memory at once."""

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint
from transformers import PreTrainedModel

from astor.policies.size import LOGITS


def token_logps(model: PreTrainedModel, hidden: Tensor, tokens: Tensor, temperature: float, chunks: int = 0) -> Tensor:
    """Log-probabilities (R, W), fp32, of `tokens` (R, W) where `hidden` (R, W, H) is what the last layer gave.

    Where there are more than `LOGITS` logits, they are made chunk by chunk and are not kept: the backward pass makes
    them again, as in Cut Cross-Entropy (Wijmans and others 2411.09009), so that one more product with the head is the
    price. The values are the same but for rounding. There are `chunks` of them at least.
    """
    count = max(chunks_of(model, tokens.numel()), chunks)
    if count == 1:
        return _logps(model, hidden, tokens, temperature)
    pieces = zip(hidden.flatten(0, 1).tensor_split(count), tokens.flatten().tensor_split(count), strict=True)
    parts = [
        checkpoint(_logps, model, states, asked, temperature, use_reentrant=False, preserve_rng_state=False)
        for states, asked in pieces
    ]
    return torch.cat(parts).view_as(tokens)


def chunks_of(model: PreTrainedModel, positions: int) -> int:
    """Chunks that the logits of so many positions are made in."""
    return max(-(-positions // max(LOGITS // vocabulary_of(model), 1)), 1)


def body_of(model: PreTrainedModel) -> torch.nn.Module:
    """The model but for its head: it gives the hidden states."""
    body: torch.nn.Module = model.base_model
    return body if body is not model else model.model  # The body of Llama 4 alone is not called as its class says.


def vocabulary_of(model: PreTrainedModel) -> int:
    """Logits of a position."""
    size: int = model.config.get_text_config(decoder=True).vocab_size
    return size


def _logps(model: PreTrainedModel, hidden: Tensor, tokens: Tensor, temperature: float) -> Tensor:
    logps = torch.log_softmax(_logits(model, hidden).div_(temperature), dim=-1)
    return logps.gather(-1, tokens[..., None]).squeeze(-1)


def _logits(model: PreTrainedModel, hidden: Tensor) -> Tensor:
    """Logits in fp32, as the model's own forward pass makes them. Whether it does is tried where a policy is loaded:
    `astor.policies.trial`."""
    config, logits = model.config.get_text_config(decoder=True), model.get_output_embeddings()(hidden)
    if scale := getattr(config, "logits_scaling", None):  # Granite
        logits = logits / scale
    if scale := getattr(config, "logit_scale", None):  # Cohere
        logits = logits * scale
    if cap := getattr(config, "final_logit_softcapping", None):  # Gemma
        logits = torch.tanh(logits / cap) * cap
    fp32: Tensor = logits.float()
    return fp32
