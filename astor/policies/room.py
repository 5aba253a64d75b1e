"""How many tokens a model has room for, as its configuration says. No torch."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from astor.errors import UserError

if TYPE_CHECKING:
    from transformers import PretrainedConfig

CONTEXT_KEYS = ("max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length", "seq_length", "n_ctx")
"""Keys that hold a model's context, the first that is there; which families use which: vLLM's `ModelConfig`."""
ATTENTION = frozenset({"full_attention", "sliding_attention", "chunked_attention"})
"""Kinds of layers whose keys and values any number of completions can share."""


def room_of_config(config: "PretrainedConfig") -> int:
    """Most tokens that prompt and answer may have together.

    UserError where the configuration does not say, or names layers or a form of model whose prompts cannot be shared.

    A sliding window is no limit, nor is a chunk: what is computed with shared prompts is exact beyond them. Rotary
    embeddings by `longrope` are: they turn *all* keys anew once a text is longer than the original context, so that
    keys which are kept are right within that one alone.
    """
    decoder = config.get_text_config(decoder=True)
    kind = config.model_type
    others = sorted(set(getattr(decoder, "layer_types", None) or ()) - ATTENTION)
    if others:
        raise UserError(f"A policy of type {kind} has {', '.join(others)} layers: use one with attention alone.")
    if config.is_encoder_decoder or decoder.is_encoder_decoder:
        raise UserError(f"A policy of type {kind} has an encoder: use one that is a decoder alone.")
    contexts = [getattr(decoder, key) for key in CONTEXT_KEYS if getattr(decoder, key, None) is not None]
    if not contexts or not isinstance(contexts[0], int) or contexts[0] < 1:
        raise _unsaid(config)
    return min([contexts[0], *_original_contexts(decoder)])


def check_context_is_said(config: "PretrainedConfig", written: Mapping[str, Any]) -> None:
    """UserError where `written`, the content of the config.json, leaves the context to the default of its type, which
    has nothing to do with the weights. Only what stands inside another configuration is written without defaults."""
    if config.get_text_config(decoder=True) is config and not written.keys() & set(CONTEXT_KEYS):
        raise _unsaid(config)


def _unsaid(config: "PretrainedConfig") -> UserError:
    return UserError(
        f"The configuration of type {config.model_type} does not say how long the policy's context is: "
        "give its config.json max_position_embeddings, or use another policy."
    )


def _original_contexts(decoder: "PretrainedConfig") -> list[int]:
    """Contexts within which rotary embeddings turn every key alike, of all kinds of layers that have their own."""
    rotary = getattr(decoder, "rope_parameters", None) or {}
    kinds = [rotary, *(kind for kind in rotary.values() if isinstance(kind, dict))]
    return [
        kind["original_max_position_embeddings"]
        for kind in kinds
        if kind.get("rope_type") == "longrope" and kind.get("original_max_position_embeddings")
    ]
