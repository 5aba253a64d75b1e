"""What vLLM's own checksums of its weights must be where it holds the policy of a directory.

vLLM tells SHA-256 of each of its parameters, as the bytes that it computes with. It keeps them as the files have them,
but for joined projections, rows that fill a vocabulary up, shares of several GPUs, and its own number format.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

JOINED = {
    "qkv_proj": ("q_proj", "k_proj", "v_proj"),
    "gate_up_proj": ("gate_proj", "up_proj"),
}
ROWS = 64
"""vLLM fills a vocabulary up to a multiple of this, with zeros."""
FORMATS = (torch.bfloat16, torch.float16, torch.float32)


def differing(directory: Path, sums: Mapping[str, str]) -> list[str]:
    """The names in `sums`, vLLM's checksums by name, whose weights are not, or not provably, those of the directory."""
    files = {name: path for path in sorted(directory.glob("*.safetensors")) for name in _names(path)}
    ranks = len({_rank(name) for name in sums})
    best: list[str] | None = None
    for number_format in FORMATS:
        wrong = []
        for name, told in sums.items():
            if told not in _possible(files, name, number_format, ranks):
                wrong.append(name)
            if best is not None and len(wrong) >= len(best):
                break
        if best is None or len(wrong) < len(best):
            best = wrong
        if not best:
            break
    return best or []


def _possible(files: Mapping[str, Path], name: str, number_format: torch.dtype, ranks: int) -> Iterable[str]:
    """Checksums that a parameter may have, lazily: the first is the likeliest."""
    plain, rank = name.rpartition(":")[2], _rank(name)
    joined = next((whole for whole in JOINED if f".{whole}." in plain), None)
    sources = [plain.replace(f".{joined}.", f".{part}.") for part in JOINED[joined]] if joined else [plain]
    if not all(source in files for source in sources):
        return
    tensors = [_read(files[source], source).to(number_format) for source in sources]
    if ranks == 1:
        yield _sum(torch.cat(tensors) if joined else tensors[0])
        if not joined and tensors[0].dim() == 2:
            yield _sum(_filled_up(tensors[0]))
        return
    yield _sum(torch.cat([tensor.chunk(ranks)[rank] for tensor in tensors]))
    if not joined:
        yield _sum(tensors[0])
        if tensors[0].dim() == 2:
            yield _sum(tensors[0].chunk(ranks, dim=1)[rank])
            yield _sum(_filled_up(tensors[0]).chunk(ranks)[rank])


def _filled_up(tensor: Tensor) -> Tensor:
    missing = -len(tensor) % ROWS
    return torch.cat([tensor, tensor.new_zeros(missing, tensor.shape[1])])


def _rank(name: str) -> int:
    """Which of the tensor-parallel workers tells it: `dp0:pp0:pcp0:tp1:NAME` is of worker 1."""
    marks = name.split(":")[:-1]
    return next((int(mark.removeprefix("tp")) for mark in marks if mark.startswith("tp")), 0)


def _names(path: Path) -> list[str]:
    with safe_open(path, "pt") as file:
        return list(file.keys())


def _read(path: Path, name: str) -> Tensor:
    with safe_open(path, "pt") as file:
        tensor: Tensor = file.get_tensor(name)
        return tensor


def _sum(tensor: Tensor) -> str:
    return hashlib.sha256(tensor.contiguous().view(-1).view(torch.uint8).numpy()).hexdigest()
