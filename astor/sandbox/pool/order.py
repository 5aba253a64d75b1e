"""One batch of one client while it is open: its jobs that wait, and its lines that nobody has read yet."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence

from astor.sandbox.jobs import Job, Result
from astor.sandbox.options import Limits
from astor.sandbox.pool.wire import write_line

BEAT_SECONDS = 5.0
"""Longest silence of an answer. Our choice: half of what proxies and clients are least likely to wait."""

GATHER_SECONDS = 0.1
"""How long a result waits for others to go with it, unless it is the last. Our choice: sent one by one, results would
cost a tenth of what small programs do, and nobody can do anything with a part of a batch so soon."""

UNREAD_BYTES = 1 << 25
"""A client that leaves so much unread gets no further job run: our choice, some twenty of the largest results."""


class Order:
    """Filled by the dispatcher's thread, read by the event loop that made it."""

    def __init__(self, jobs: Sequence[Job], limits: Limits) -> None:
        self.waiting = deque(enumerate(jobs))
        self.limits = limits
        self.started = time.monotonic()
        self._open = len(jobs)
        self._lines: deque[bytes] = deque()
        self._failed = False
        # Each is counted by one thread alone.
        self._written = self._read = 0
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._told = False

    @property
    def is_stalled(self) -> bool:
        """Whether the client must read before more of its jobs are run."""
        return self._written - self._read > UNREAD_BYTES

    def put(self, index: int, result: Result) -> None:
        """The result of a job; called by the dispatcher."""
        line = write_line(index, result)
        self._written += len(line)
        self._lines.append(line)
        self._tell()

    def fail(self) -> None:
        """No further result will come; called by the dispatcher."""
        self._failed = True
        self._tell()

    async def lines(self) -> AsyncIterator[bytes]:
        """The lines as they come, several at once where they are there; an empty line where none comes for long.

        Raises:
            ConnectionAbortedError: no further result will come.
        """
        while self._open:
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                yield b"\n"
                continue
            if len(self._lines) < self._open and not self._failed:
                await asyncio.sleep(GATHER_SECONDS)
            self._news.clear()
            self._told = False
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if lines:
                self._open -= len(lines)
                data = b"".join(lines)
                yield data
                self._read += len(data)
            elif self._failed:
                raise ConnectionAbortedError("the sandbox has ended")

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            try:
                self._loop.call_soon_threadsafe(self._news.set)
            except RuntimeError:  # The event loop has ended, and the client with it.
                self.waiting.clear()
