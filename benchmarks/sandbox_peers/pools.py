"""How a peer judges one program after the other, or several at once. Standard library only."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

Judging = AbstractContextManager[Callable[[int], float]]
"""What judges so many programs, while it is open. It returns the CPU seconds of the processes that have ended, of which
a process that lives, and not this one, was the parent: nobody else can tell."""


@contextmanager
def judging(
    judge: Callable[[str], bool], case: str, workers: int, threads: bool = False
) -> Iterator[Callable[[int], float]]:
    """Gives what judges `case` so many times. One worker calls `judge` in this process, which spares it a pool."""

    def alone(count: int) -> float:
        for _ in range(count):
            assert judge(case)
        return 0.0

    if workers == 1:
        yield alone
        return
    pool: Executor = ThreadPoolExecutor(workers) if threads else ProcessPoolExecutor(workers)

    def together(count: int) -> float:
        assert all(pool.map(judge, [case] * count))
        return 0.0  # Not known, and not asked: CPU is measured on one worker.

    with pool:
        yield together
