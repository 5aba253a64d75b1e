"""CountSketch: a long gradient in few numbers that keep its inner products with others."""

from collections.abc import Iterable

import torch
from torch import Tensor

SEED = 0x5A5706
CHUNK = 1 << 22
"""Entries sketched at a time, so that hashes need little memory beside the gradient."""


def count_sketch(tensors: Iterable[Tensor], size: int) -> Tensor:
    """Sketch (size,), fp64, of the tensors laid end to end; `size` is a power of two.

    Every entry is added with a random sign to a random bucket, both a hash of its position, so that sketches of
    different rounds, tasks and machines can be compared, and the sketch of a sum is the sum of the sketches. The inner
    product of two sketches is that of the gradients, with an error of about the product of norms over the root of size
    (Charikar et al. 2002; Weinberger et al. 2009).
    """
    assert size & (size - 1) == 0, "a sketch's size is a power of two"
    sketch: Tensor | None = None
    start = 0
    for tensor in tensors:
        for chunk in tensor.detach().reshape(-1).split(CHUNK):
            if sketch is None:
                sketch = torch.zeros(size, dtype=torch.float64, device=chunk.device)
            hashes = _hash(torch.arange(start, start + len(chunk), device=chunk.device))
            signs = 1 - 2 * ((hashes >> 40) & 1)
            sketch.index_add_(0, hashes & (size - 1), signs * chunk.double())
            start += len(chunk)
    assert sketch is not None, "there is nothing to sketch"
    return sketch


def _hash(positions: Tensor) -> Tensor:
    """64 well-mixed bits per position: splitmix64 (Steele et al. 2014), in int64 that wraps around."""
    mixed = (positions + SEED) * -0x61C8864680B583EB
    mixed = (mixed ^ _shift(mixed, 30)) * -0x40A7B892E31B1A47
    mixed = (mixed ^ _shift(mixed, 27)) * -0x6B2FB644ECCEEE15
    return mixed ^ _shift(mixed, 31)


def _shift(value: Tensor, bits: int) -> Tensor:
    """Logical shift to the right, which int64 has not."""
    return (value >> bits) & ((1 << (64 - bits)) - 1)
