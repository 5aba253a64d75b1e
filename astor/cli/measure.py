"""Wall time and memory of a command and everything that it starts."""

import threading
import time
from types import TracebackType
from typing import Self

import psutil

INTERVAL = 0.5
"""Seconds between looks at the process tree."""


class Measured:
    """`with Measured() as cost`: afterwards `cost.seconds` and `cost.peak_rss_mb` of the block."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.peak_rss_mb = 0.0
        """Peak of the summed resident memory of the process tree, in MiB."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self.seconds = time.perf_counter() - self._started

    def _watch(self) -> None:
        root = psutil.Process()
        while True:
            self.peak_rss_mb = max(self.peak_rss_mb, _tree_rss(root) / 2**20)
            if self._ended.wait(INTERVAL):
                return


def _tree_rss(root: psutil.Process) -> int:
    total = 0
    for process in [root, *root.children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:  # it ended between the listing and the look
            continue
    return total
