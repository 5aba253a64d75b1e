"""The precision of every forward pass."""

from contextlib import AbstractContextManager, nullcontext

import torch


def precision(device: torch.device) -> AbstractContextManager[None]:
    """fp32 on the CPU; on CUDA bf16 over the fp32 weights, by autocast."""
    return torch.autocast("cuda", dtype=torch.bfloat16) if device.type == "cuda" else nullcontext()
