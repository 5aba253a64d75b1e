"""Operations that repeat to the bit, in every process that computes with policies."""

import os

import torch


def use_deterministic_operations() -> None:
    """Have torch take operations that repeat to the bit alone. Where there is a GPU it only warns of the others: a
    cumulative sum, by which tokens are drawn, has no other kind there."""
    on_gpu = torch.cuda.is_available()
    if on_gpu:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without which matrix products do not repeat
    torch.use_deterministic_algorithms(True, warn_only=on_gpu)
