"""Items that depend on their number alone, drawn by several processes: the same ones in the same order as by one."""

import signal
from collections.abc import Callable, Iterator
from itertools import count, cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")
STRETCH = 64
"""Items that a process draws at a time. Our choice: each is one ahead of who reads, and what is too much is thrown
away."""


def drawn_by(processes: int, item: Callable[[int], T]) -> Iterator[T]:
    """`item(0)`, `item(1)`, … without end, `item` being a function that another process can have.

    Processes begin with the first item that is asked for, and end where the iterator is closed or this process ends.
    """
    context = get_context("spawn")
    workers = []
    try:
        for number in range(processes):
            here, there = context.Pipe(duplex=False)
            worker = context.Process(target=_draw, args=(there, item, number, processes), daemon=True)
            worker.start()
            there.close()
            workers.append((worker, here))
        for _, connection in cycle(workers):
            yield from connection.recv()
    finally:
        for worker, connection in workers:
            connection.close()
            worker.kill()
            worker.join()


def _draw(connection: Connection, item: Callable[[int], T], number: int, processes: int) -> None:
    """Send every `processes`-th stretch, from that of this number on, until nobody reads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches who reads, too, and ends this process.
    for start in count(number * STRETCH, processes * STRETCH):
        stretch = [item(index) for index in range(start, start + STRETCH)]
        try:
            connection.send(stretch)
        except BrokenPipeError:
            return
