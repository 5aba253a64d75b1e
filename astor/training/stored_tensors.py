"""Tensors of a trainer state on disk, in one file or in one of each rank, read one by one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from astor.errors import UserError

TENSORS, SHARD = "trainer.safetensors", "trainer-{rank:05}-of-{size:05}.safetensors"


class StoredTensors(Mapping[str, Tensor]):
    """Name → tensor, which is read onto the CPU at each access: a state is larger than the memory of a process."""

    def __init__(self, places: Mapping[str, tuple[Any, str]]) -> None:
        """Name → open file, and the key that the tensor has there."""
        self._places = places

    @property
    def shapes(self) -> dict[str, torch.Size]:
        return {name: torch.Size(file.get_slice(key).get_shape()) for name, (file, key) in self._places.items()}

    def __getitem__(self, name: str) -> Tensor:
        file, key = self._places[name]
        tensor: Tensor = file.get_tensor(key)
        return tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def read_tensors(directory: Path, groups: Sequence[str]) -> dict[str, StoredTensors]:
    """Group → its tensors, of all files. UserError where a file is missing, or a tensor is of no such group."""
    places: dict[str, dict[str, tuple[Any, str]]] = {group: {} for group in groups}
    for path in _files(directory):
        try:
            file: Any = safe_open(path, framework="pt")
        except SafetensorError as error:
            raise UserError(
                f"The trainer state in {directory} cannot be read ({error}): remove its checkpoint and run again, "
                "which goes on from the one before."
            ) from error
        for key in file.keys():  # noqa: SIM118 - it is no mapping
            group, _, name = key.partition("/")
            if group not in places:
                raise UserError(f"The trainer state in {directory} has the unknown tensor {key!r}.")
            places[group][name] = file, key
    return {group: StoredTensors(named) for group, named in places.items()}


def not_a_state(directory: Path, missing: str) -> UserError:
    """Says which file a directory lacks."""
    return UserError(f"{directory} is not a trainer state: it has no {missing}. Give one that a round committed.")


def _files(directory: Path) -> list[Path]:
    if (directory / TENSORS).is_file():
        return [directory / TENSORS]
    shards = sorted(directory.glob("trainer-*-of-*.safetensors"))
    if not shards or not (found := re.search(r"-of-(\d+)\.", shards[0].name)):
        raise not_a_state(directory, TENSORS)
    paths = [directory / SHARD.format(rank=rank, size=int(found[1])) for rank in range(int(found[1]))]
    for path in paths:
        if not path.is_file():
            raise not_a_state(directory, path.name)
    return paths
