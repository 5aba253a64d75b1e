"""How many rows a card's memory holds while they are decoded."""

import torch
from transformers import PreTrainedModel

PREFILL = 65536
"""Most tokens of prompts that are computed at once. Our choice: some GB of activations of a 7B model."""
BYTES = 2
"""Of a number among keys and values: on CUDA they are bf16."""
LOGITS = 6
"""Copies in fp32 of a row's logits while a token is drawn."""
SHARE = 0.8
"""Of the free memory that is planned with (our choice); where it is too much, the engine halves its batches."""


def tokens_that_fit(model: PreTrainedModel, width: int, free: int) -> int:
    """Tokens of as many rows of `width` tokens as `free` bytes hold, `width` at least."""
    config = model.config.get_text_config(decoder=True)
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    token = BYTES * 2 * config.num_hidden_layers * heads * size
    rows = int(SHARE * free / (width * token + 4 * LOGITS * config.vocab_size))
    return max(rows, 1) * width


def free_memory(device: torch.device) -> int:
    """Bytes of a card that this process may still take, what it has reserved and does not use among them; 0 on the
    CPU, whose memory is not ours to fill."""
    if device.type != "cuda":
        return 0
    free: int = torch.cuda.mem_get_info(device)[0]
    unused: int = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return free + unused
