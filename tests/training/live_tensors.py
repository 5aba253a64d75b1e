"""What tensors are alive in a process; one under torchrun finds it by this file's name."""

import gc

import torch

from astor.policies.ranks import World


def live_bytes(world: World) -> list[int]:
    """Of every storage that a tensor of this process has, the largest first."""
    gc.collect()
    storages = [each.untyped_storage() for each in gc.get_objects() if isinstance(each, torch.Tensor)]
    return sorted({storage.data_ptr(): storage.nbytes() for storage in storages}.values(), reverse=True)
