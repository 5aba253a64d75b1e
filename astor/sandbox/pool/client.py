"""The sandbox, elsewhere: what `Sandbox` offers, done by the servers of a pool."""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import AsyncRetrying, RetryError, retry_if_exception_type, stop_after_delay, wait_random_exponential

from astor.errors import UserError
from astor.sandbox.isolation.layers import Layer
from astor.sandbox.jobs import Job
from astor.sandbox.pool.delivery import Delivery, LostError, Results, chunks_of
from astor.sandbox.pool.open_batch import BEAT_SECONDS
from astor.sandbox.pool.options import PoolOptions
from astor.sandbox.results import Result

_TIMEOUT = httpx.Timeout(4 * BEAT_SECONDS, connect=5.0)
"""A server that works is never silent for longer than a beat."""


class SandboxPool:
    """Runs jobs on servers that `astor sandbox serve` started, with the results that `Sandbox` would give.

    A context manager. Jobs go out in chunks, two to each server at a time. What comes of a job depends on what is sent
    alone, so what a server lost, had no room for or did not answer in time is repeated on the next; a job that none
    has done for `patience_seconds` becomes an INFRASTRUCTURE_ERROR. Not for use inside a running event loop.
    """

    def __init__(self, options: PoolOptions) -> None:
        self.options = options
        self.layers: tuple[Layer, ...] = ()
        """Which layers stand on the first server that answered, from enter on."""
        self._runner: asyncio.Runner | None = None

    def __enter__(self) -> Self:
        """UserError where no server answers."""
        token = os.environ.get(self.options.token_env, "").strip()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(headers=headers, timeout=_TIMEOUT, limits=httpx.Limits())
        self._delivery = Delivery(self._client, self.options)
        self._runner = asyncio.Runner()
        try:
            self.layers = self._runner.run(self._greet())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """The result of each job, in order. Errors as `stream`."""
        results = dict(self.stream(jobs))
        return [results[place] for place in range(len(jobs))]

    def stream(self, jobs: Iterable[Job]) -> Iterator[tuple[int, Result]]:
        """Each job's place and result, as they end. Jobs are read a few chunks ahead; leaving early cancels the rest.

        Raises:
            UserError: a job holds what can't be run at all, or a server refuses the token or the limits.
        """
        assert self._runner is not None, "the pool is entered before it runs"
        # The runner's own `run` would set a signal handler for each result.
        loop = self._runner.get_loop()
        results: Results = asyncio.Queue()
        work = loop.create_task(self._delivery.deliver(chunks_of(jobs), results))
        try:
            while not (work.done() and results.empty()):
                yield from loop.run_until_complete(_arrived(results, work))
        finally:
            work.cancel()
            loop.run_until_complete(_settled(work))
        work.result()

    def metrics(self) -> dict[str, float]:
        """`repeats`: requests that were sent again; `given_up`: jobs that no server did. Since enter."""
        return {"repeats": float(self._delivery.repeats), "given_up": float(self._delivery.given_up)}

    def close(self) -> None:
        """Leave the servers."""
        if self._runner is not None:
            self._runner.run(self._client.aclose())
            self._runner.close()
            self._runner = None

    async def _greet(self) -> tuple[Layer, ...]:
        """The layers of the first server that answers."""
        patience = stop_after_delay(self.options.patience_seconds)
        wait = wait_random_exponential(multiplier=0.1, max=5)
        try:
            async for attempt in AsyncRetrying(retry=retry_if_exception_type(LostError), stop=patience, wait=wait):
                with attempt:
                    return await self._look_around()
        except RetryError as error:
            raise UserError(
                f"No server of the sandbox pool answers ({error.last_attempt.exception()}): start one with "
                "`astor sandbox serve`, or mend sandbox.urls."
            ) from error
        raise AssertionError("tenacity tries once at least")

    async def _look_around(self) -> tuple[Layer, ...]:
        silent = []
        for url in await self._delivery.addresses.servers():
            try:
                rows = (await self._client.get(f"{url}/ready")).json()["layers"]
                return tuple(Layer(**row) for row in rows)
            except (httpx.TransportError, ValueError, LookupError, TypeError) as error:
                silent.append(f"{url}: {type(error).__name__}")
        raise LostError(", ".join(silent))


async def _arrived(results: Results, work: asyncio.Task[None]) -> list[tuple[int, Result]]:
    """Wait for a result or the end of the work; all results that are there."""
    if results.empty():
        first = asyncio.ensure_future(results.get())
        await asyncio.wait([first, work], return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            first.cancel()
            return []
        return [first.result(), *_rest(results)]
    return _rest(results)


def _rest(results: Results) -> list[tuple[int, Result]]:
    return [results.get_nowait() for _ in range(results.qsize())]


async def _settled(work: asyncio.Task[Any]) -> None:
    await asyncio.wait([work])
    if not work.cancelled():
        work.exception()  # or asyncio would complain of one that nobody took
