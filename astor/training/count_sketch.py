"""CountSketch: long gradients in few numbers that keep their inner products."""

from collections.abc import Iterable

import torch
from torch import Tensor

SEED = 0x5A5706
CHUNK = 1 << 22
"""Entries sketched at a time, so that hashes need little memory beside the gradients."""


def count_sketch(gradients: Iterable[Tensor], size: int) -> Tensor:
    """Sketches (N, size), fp64, of N gradients, given in consecutive parts (N, n); `size` is a power of two.

    Every entry is added with a random sign to a random bucket, both a hash of its position, so that sketches of
    different rounds, tasks and machines can be compared, and the sketch of a sum is the sum of the sketches. The inner
    product of two sketches is that of the gradients, with an error of about the product of norms over the root of size
    (Charikar et al. 2002; Weinberger et al. 2009).
    """
    assert size & (size - 1) == 0, "a sketch's size is a power of two"
    sketch: Tensor | None = None
    start = 0
    for part in gradients:
        for chunk in part.detach().split(CHUNK, dim=1):
            if sketch is None:
                sketch = torch.zeros(size, len(chunk), dtype=torch.float64, device=chunk.device)
            hashes = _hash(torch.arange(start, start + chunk.shape[1], device=chunk.device))
            signs = 1 - 2 * ((hashes >> 40) & 1)
            sketch.index_add_(0, hashes & (size - 1), signs[:, None] * chunk.T.double())
            start += chunk.shape[1]
    assert sketch is not None, "there is nothing to sketch"
    return sketch.T


def _hash(positions: Tensor) -> Tensor:
    """64 well-mixed bits per position: splitmix64 (Steele et al. 2014), in int64 that wraps around."""
    mixed = (positions + SEED) * -0x61C8864680B583EB
    mixed = (mixed ^ _shift(mixed, 30)) * -0x40A7B892E31B1A47
    mixed = (mixed ^ _shift(mixed, 27)) * -0x6B2FB644ECCEEE15
    return mixed ^ _shift(mixed, 31)


def _shift(value: Tensor, bits: int) -> Tensor:
    """Logical shift to the right, which int64 has not."""
    return (value >> bits) & ((1 << (64 - bits)) - 1)
