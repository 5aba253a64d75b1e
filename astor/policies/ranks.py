"""Ranks: processes that do the same work side by side, each with its share of the rows and its own copy of a policy.

For CPUs: torch's own threads share one operation, and a small model's operations are too short for that. Importing this
imports no torch.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

CARDS = "CUDA_VISIBLE_DEVICES"
"""Environment variable that names the GPUs which a process may use."""
LONGEST_WAIT = timedelta(minutes=30)
"""For the slowest rank. Our choice: a rank that died is noticed at once, by its connection."""
T = TypeVar("T")
Item = TypeVar("Item")


@dataclass
class World:
    """What one rank knows of all."""

    rank: int = 0
    size: int = 1
    memory: dict[str, Any] = field(default_factory=dict)
    """What this rank keeps from call to call."""
    group: Any = None
    """torch's process group, where there are several ranks."""

    def share(self, items: Sequence[Item]) -> Sequence[Item]:
        """This rank's items: every size-th, so that shares of what is sorted are alike."""
        return items[self.rank :: self.size]

    def sum(self, tensor: "Tensor") -> "Tensor":
        """The sum over ranks of a tensor that each has, the same in all; it may be written into the tensor."""
        if self.size > 1:
            self.group.allreduce([tensor]).wait()
        return tensor

    def sum_gradients(self, parameters: Iterable["Tensor"]) -> None:
        """Replace each parameter's gradient by the sum over ranks; one that has none counts as zeros."""
        if self.size == 1:
            return
        import torch

        weights = list(parameters)
        gradients = [torch.zeros_like(each) if each.grad is None else each.grad for each in weights]
        flat = self.sum(torch.cat([gradient.flatten() for gradient in gradients]))
        for weight, summed in zip(weights, flat.split([each.numel() for each in weights]), strict=True):
            weight.grad = summed.view_as(weight)


class Ranks:
    """This process as rank 0, and the others, which it starts. A context manager: it ends them.

    Results depend on the number of ranks by rounding alone, and repeat to the bit for the same number.
    """

    def __init__(self, size: int, threads: int) -> None:
        """`size` processes, each with `threads` threads of CPU mathematics."""
        self.world = World(size=size)
        self.threads = threads
        self.cards: Sequence[str] | None = None
        """GPUs of the processes that an update engine starts itself, as CUDA_VISIBLE_DEVICES names them; None: all that
        this process has."""
        self._others: list[tuple[BaseProcess, Connection]] = []

    @property
    def size(self) -> int:
        return self.world.size

    def __enter__(self) -> Self:
        if self.size > 1:
            context = get_context("spawn")
            self._meeting = tempfile.TemporaryDirectory(prefix="astor-ranks-")
            for rank in range(1, self.size):
                here, there = context.Pipe()
                arguments = (there, rank, self.size, self.threads, self._meeting.name)
                process = context.Process(target=_serve, args=arguments, daemon=True)
                process.start()
                there.close()
                self._others.append((process, here))
        return self

    def call(self, function: Callable[..., T], *arguments: Any, **here: Any) -> list[T]:
        """What `function(world, *arguments)` returns in every rank, in their order, called in all at once.

        `here` are arguments of this rank alone. An error of any rank is raised, and ends the others.
        """
        if self._others and self.world.group is None:
            _meet(self.world, self._meeting.name)
        for _, connection in self._others:
            connection.send((function, arguments))
        try:
            own = function(self.world, *arguments, **here)
        except BaseException as error:
            told = [connection.recv() for _, connection in self._others if connection.poll(1)]
            self.close()
            other = next((result for result, failed in told if failed), None)
            if other is None:
                raise
            raise other from error
        results = [connection.recv() for _, connection in self._others]
        for result, failed in results:
            if failed:
                self.close()
                raise result
        return [own, *(result for result, _ in results)]

    def close(self) -> None:
        """End the other ranks."""
        for process, connection in self._others:
            connection.close()
            process.kill()
            process.join()
        if self._others:
            self._meeting.cleanup()
        self._others, self.world.group = [], None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _meet(world: World, directory: str) -> None:
    """Join the ranks' group, which is no default group: a process may have several, one after the other."""
    from torch import distributed

    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo" if sys.platform == "linux" else "lo0")
    store = distributed.FileStore(str(Path(directory) / "meeting"), world.size)
    world.group = distributed.ProcessGroupGloo(store, world.rank, world.size, LONGEST_WAIT)


def _serve(connection: Connection, rank: int, size: int, threads: int, directory: str) -> None:
    """Make every call that comes, until the first that fails, or until rank 0 is gone."""
    import torch

    import astor.policies.policy  # noqa: F401  # With transformers, while rank 0 imports it, too.
    from astor.policies.determinism import use_deterministic_operations

    torch.set_num_threads(threads)
    use_deterministic_operations()
    world = World(rank, size)
    _meet(world, directory)
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            return
        try:
            connection.send((function(world, *arguments), False))
        except Exception as error:  # Rank 0 raises it.
            connection.send((error, True))
            return
