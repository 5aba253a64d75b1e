"""One batch of one client while it is open: its jobs that wait, and its lines that nobody has read yet."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence

from astor.sandbox.jobs import Job
from astor.sandbox.options import Limits
from astor.sandbox.pool.wire import write_line
from astor.sandbox.results import Result

BEAT_SECONDS = 5.0
"""Longest silence of an answer. Our choice: half of what proxies and clients are least likely to wait."""

GATHER_SECONDS = 0.1
"""How long a result waits for others to go with it, at most. Our choice: sent one by one, results would cost a tenth
of what small programs do, and nobody can do anything with a part of a batch so soon."""

UNREAD_BYTES = 1 << 25
"""A client that leaves so much unread gets no further job run: our choice, some twenty of the largest results."""


class OpenBatch:
    """Filled by the job queue's thread, read by the event loop that made it."""

    def __init__(self, jobs: Sequence[Job], limits: Limits) -> None:
        self.waiting = deque(enumerate(jobs))
        self.limits = limits
        self.started = time.monotonic()
        self.given_up = False
        """Nobody waits for its results any more."""
        self.running = 0
        """Jobs under way, counted by the job queue."""
        self._unfinished = self._open = len(jobs)
        self._lines: deque[bytes] = deque()
        self._failed = False
        # Each is counted by one thread alone.
        self._written = self._read = 0
        self._loop = asyncio.get_running_loop()
        self._news, self._whole = asyncio.Event(), asyncio.Event()
        self._told = False

    @property
    def is_stalled(self) -> bool:
        """Whether the client must read before more of its jobs are run."""
        return self._written - self._read > UNREAD_BYTES

    def put(self, index: int, result: Result) -> None:
        """The result of a job; called by the job queue."""
        line = write_line(index, result)
        self._written += len(line)
        self._lines.append(line)
        self._unfinished -= 1
        if not self._unfinished:
            self._tell(self._whole)
        if not self._told:
            self._told = True
            self._tell(self._news)

    def fail(self) -> None:
        """No further result will come; called by the job queue."""
        self.give_up()
        self._failed = True
        self._tell(self._whole)
        self._tell(self._news)

    def give_up(self) -> None:
        """Run no further job."""
        self.given_up = True
        self.waiting.clear()

    async def lines(self) -> AsyncIterator[bytes]:
        """The lines as they come, several at once where they are there; an empty line where none comes for long.

        Raises:
            ConnectionAbortedError: no further result will come.
        """
        while self._open:
            if not await _within(BEAT_SECONDS, self._news):
                yield b"\n"
                continue
            await _within(GATHER_SECONDS, self._whole)
            self._news.clear()
            self._told = False
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if lines:
                self._open -= len(lines)
                data = b"".join(lines)
                yield data
                self._read += len(data)
            if self._failed and self._open and not self._lines:
                raise ConnectionAbortedError("no further result will come")

    def _tell(self, event: asyncio.Event) -> None:
        try:
            self._loop.call_soon_threadsafe(event.set)
        except RuntimeError:  # The event loop has ended, and the client with it.
            self.give_up()


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for the event; whether it came so soon."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
