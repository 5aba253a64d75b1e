"""How a peer judges one program after the other, or several at once. Standard library only."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

Judging = AbstractContextManager[Callable[[int], None]]
"""What judges so many programs, while it is open."""


@contextmanager
def judging(
    judge: Callable[[str], bool], case: str, workers: int, threads: bool = False
) -> Iterator[Callable[[int], None]]:
    """Gives what judges `case` so many times. One worker calls `judge` in this process, which spares it a pool."""

    def alone(count: int) -> None:
        for _ in range(count):
            assert judge(case)

    if workers == 1:
        yield alone
        return
    pool: Executor = ThreadPoolExecutor(workers) if threads else ProcessPoolExecutor(workers)
    with pool:
        yield lambda count: _all(pool, judge, [case] * count)


def _all(pool: Executor, judge: Callable[[str], bool], cases: list[str]) -> None:
    assert all(pool.map(judge, cases))
