"""Chunks of jobs to servers: each is offered until it is done, or nobody has taken it for too long."""

import asyncio
import time
from collections.abc import Iterable, Iterator

import httpx
from tenacity import AsyncRetrying, RetryCallState, RetryError, retry_if_exception_type, wait_random_exponential

from astor.errors import UserError
from astor.sandbox.inside.codec import NotPlainDataError
from astor.sandbox.jobs import Job
from astor.sandbox.pool.addresses import FRESH_SECONDS, Addresses
from astor.sandbox.pool.options import PoolOptions
from astor.sandbox.pool.wire import read_line, write_batch, write_job
from astor.sandbox.results import Ending, Result

CHUNK_JOBS, CHUNK_BYTES = 64, 1 << 23
"""Most jobs, and about how many bytes, of one request. Our choice: what a core does in a fifth of a second, so that
servers end together and little is done twice where one is lost."""

REQUESTS_PER_SERVER = 2
"""Open requests per server: while it answers one, the next is there already."""

TRIES = 4
"""How often a chunk is sent at least before it is given up, however long each took. Our choice."""

Results = asyncio.Queue[tuple[int, Result]]
Chunk = dict[int, str]
"""Place of a job → its JSON, for those without a result."""


class LostError(Exception):
    """This server did not do it; another one, or this one later, may."""

    def __init__(self, why: str, retry_after: float = 0.0) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class TooLargeError(Exception):
    """The server takes no request of this size."""


def chunks_of(jobs: Iterable[Job]) -> Iterator[Chunk]:
    """The jobs, as many in a request as may be; UserError where one holds what can't be sent."""
    chunk: Chunk = {}
    size = 0
    for place, job in enumerate(jobs):
        try:
            written = write_job(job)
        except NotPlainDataError as error:
            raise UserError(f"The arguments of a call must be plain data, but {error}.") from error
        if chunk and (len(chunk) == CHUNK_JOBS or size + len(written) > CHUNK_BYTES):
            yield chunk
            chunk, size = {}, 0
        chunk[place] = written
        size += len(written)
    if chunk:
        yield chunk


class Delivery:
    """Brings chunks to the servers and results into a queue."""

    def __init__(self, client: httpx.AsyncClient, options: PoolOptions) -> None:
        self._client = client
        self._options = options
        self.addresses = Addresses(options.urls)
        self.repeats = self.given_up = 0

    async def deliver(self, chunks: Iterator[Chunk], results: Results) -> None:
        """Have all chunks done, by servers that come meanwhile, too; what nobody does ends as INFRASTRUCTURE_ERROR.
        UserError where a server refuses."""
        carriers: list[asyncio.Task[None]] = []
        carried = False
        try:
            async with asyncio.TaskGroup() as group:
                while not carried:
                    most = len(await self.addresses.servers()) * REQUESTS_PER_SERVER
                    for place in range(len(carriers), most):
                        carriers.append(group.create_task(self._carry(place, chunks, results)))
                    carried = not (await asyncio.wait(carriers, timeout=FRESH_SECONDS))[1]
        except ExceptionGroup as error:
            raise error.exceptions[0] from None

    async def _carry(self, place: int, chunks: Iterator[Chunk], results: Results) -> None:
        """Bring chunk after chunk to one server, and from the first that it doesn't do, to the next."""
        for chunk in chunks:
            place = await self._offer(place, chunk, results)

    async def _offer(self, place: int, chunk: Chunk, results: Results) -> int:
        """Have a chunk done; the place of the server that did it."""
        progress = _Progress(self._options.patience_seconds)
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(LostError), stop=progress.is_over, wait=_pause
            ):
                with attempt:
                    again = attempt.retry_state.attempt_number - 1
                    place += again > 0
                    self.repeats += again > 0
                    servers = await self.addresses.servers()
                    await self._send(servers[place % len(servers)], chunk, results, progress)
        except TooLargeError as error:
            if len(chunk) == 1:
                self._give_up(chunk, results, f"the job is too large for the pool: {error}")
            else:
                places = sorted(chunk)
                for half in (places[: len(places) // 2], places[len(places) // 2 :]):
                    place = await self._offer(place, {index: chunk[index] for index in half}, results)
        except RetryError as error:
            self._give_up(chunk, results, f"no server of the pool did the job: {error.last_attempt.exception()}")
        return place

    def _give_up(self, chunk: Chunk, results: Results, why: str) -> None:
        self.given_up += len(chunk)
        for place in chunk:
            results.put_nowait((place, Result(Ending.INFRASTRUCTURE_ERROR, (), 0.0, why)))

    async def _send(self, url: str, chunk: Chunk, results: Results, progress: "_Progress") -> None:
        """Send what is left of a chunk, and take out of it what is done."""
        places = list(chunk)
        body = write_batch(chunk.values(), self._options.limits)
        headers = {"Content-Type": "application/json"}
        try:
            async with self._client.stream("POST", f"{url}/v1/jobs", content=body, headers=headers) as response:
                if response.status_code != 200:
                    await response.aread()
                    self._refused(url, response)
                rest = b""
                async for data in response.aiter_raw():
                    *lines, rest = (rest + data).split(b"\n")
                    for index, result in map(read_line, filter(None, lines)):
                        place = places[index]
                        del chunk[place]
                        results.put_nowait((place, result))
                        progress.made()
        except (httpx.TransportError, ValueError, LookupError) as error:
            raise LostError(f"{url}: {type(error).__name__}") from error
        if chunk:
            raise LostError(f"{url}: it ended early")

    def _refused(self, url: str, response: httpx.Response) -> None:
        status = response.status_code
        try:
            why = str(response.json()["detail"])
        except (ValueError, LookupError, TypeError):
            why = response.reason_phrase
        if status in (408, 429) or status >= 500:
            after = response.headers.get("retry-after", "0")
            raise LostError(f"{url}: {status}, {why}", float(after) if after.isdecimal() else 0.0)
        if status == 413:
            raise TooLargeError(why)
        if status == 401:
            name = self._options.token_env
            raise UserError(f"The sandbox server {url} refuses the token of {name}: put the server's own there.")
        raise UserError(f"The sandbox server {url} refuses the jobs ({status}): {why}")


class _Progress:
    """Since when a chunk has got no result."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self.made()

    def made(self) -> None:
        self._since = time.monotonic()

    def is_over(self, state: RetryCallState) -> bool:
        return state.attempt_number >= TRIES and time.monotonic() - self._since >= self._patience_seconds


_backoff = wait_random_exponential(multiplier=0.1, max=5)


def _pause(state: RetryCallState) -> float:
    """Seconds until the next try, at least what the server asked for."""
    error = state.outcome.exception() if state.outcome is not None else None
    return max(_backoff(state), error.retry_after if isinstance(error, LostError) else 0.0)
