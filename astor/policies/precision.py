"""The precision of every forward pass."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def precision(device: torch.device) -> AbstractContextManager[None]:
    """fp32 on the CPU; on CUDA bf16 over the fp32 weights, by autocast."""
    return torch.autocast("cuda", dtype=torch.bfloat16) if device.type == "cuda" else nullcontext()


def product_dtype(factor: Tensor) -> torch.dtype:
    """The dtype in which such a factor of a matrix product is taken just now: autocast's where that is on."""
    device = factor.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else factor.dtype
