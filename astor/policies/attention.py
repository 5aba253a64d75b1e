"""Which of transformers' attentions computes all that a configuration says. No torch."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PretrainedConfig


def attention_of(config: "PretrainedConfig") -> str | None:
    """`eager` where the logits of attention are capped, as Gemma 2's are: torch's fused attention leaves the cap out in
    silence. None, transformers' own choice, elsewhere."""
    decoder = config.get_text_config(decoder=True)
    return "eager" if getattr(decoder, "attn_logit_softcapping", None) else None
