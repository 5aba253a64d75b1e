"""Ranks that torchrun started on several nodes: each makes the calls of the first, which is this process in one of
them."""

from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from torch import distributed

from astor.policies.ranks import Ranks, World

LONGEST_SILENCE = timedelta(days=1)
"""Between two calls. Our choice: the first rank may commit for hours; torchrun notices one that died."""
T = TypeVar("T")


class NodeRanks(Ranks):
    """All processes of torchrun's group. In the first one `call` has all of them work; the others `serve` until that
    one is done. A context manager, in the first: it ends the others."""

    def __init__(self, world: World, threads: int) -> None:
        """To be made in all ranks at once, whose group `world` has joined."""
        super().__init__(world.size, threads)
        self.world = world
        # Calls go through gloo, for what they carry lies in the memory of the CPU.
        self._calls = distributed.new_group(backend="gloo", timeout=LONGEST_SILENCE)

    def __enter__(self) -> Self:
        return self

    def call(self, function: Callable[..., T], *arguments: Any, **here: Any) -> list[T]:
        """What `function(world, *arguments)` returns in every rank, in their order, called in all at once. A rank in
        which it fails ends, and torchrun the others."""
        distributed.broadcast_object_list([(function, arguments)], group=self._calls)
        results: list[Any] = [None] * self.size
        distributed.gather_object(function(self.world, *arguments, **here), results, group=self._calls)
        return results

    def serve(self) -> None:
        """Make every call of the first rank, until it is done."""
        while True:
            asked: list[Any] = [None]
            distributed.broadcast_object_list(asked, group=self._calls)
            if asked[0] is None:
                return
            function, arguments = asked[0]
            distributed.gather_object(function(self.world, *arguments), group=self._calls)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:  # else the others may be in the middle of a call, and torchrun ends them
            distributed.broadcast_object_list([None], group=self._calls)
