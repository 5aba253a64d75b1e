"""The thread that owns a server's sandbox, and feeds it the jobs of all open orders in turn."""

import os
import threading
import time
from collections import deque
from types import TracebackType
from typing import Self

from astor.sandbox.jobs import Job
from astor.sandbox.options import SandboxOptions
from astor.sandbox.pool.metrics import Metrics
from astor.sandbox.pool.order import Order
from astor.sandbox.sandbox import Sandbox

TURN_SECONDS = 0.05
"""As many jobs are run together as took so long the last time, and at least one a worker: our choice, enough to keep
the workers busy, and short for a client that waits for its turn."""

_LEAVE_SECONDS = 1.0
_LOOK_SECONDS = 0.05
"""How soon an order goes on whose client has read at last."""


class FullError(Exception):
    """So many jobs wait that no more are taken."""


class Dispatcher:
    """A context manager: its thread, and with it the workers, live from enter to exit.

    Entering raises what the sandbox raises that can't start. One job of each order in turn: a small batch does not
    wait for the whole of a large one that came before.
    """

    def __init__(self, options: SandboxOptions, max_queue: int) -> None:
        self.sandbox = Sandbox(options)
        self.metrics = Metrics(self.sandbox, lambda: self.waiting)
        self.failure: BaseException | None = None
        """Why the sandbox has ended, where it was not told to."""
        self.is_draining = False
        self._max_queue = max_queue
        self._orders: deque[Order] = deque()
        """Those with jobs that wait."""
        self._running: set[Order] = set()
        self._workers = self._share = options.workers or len(os.sched_getaffinity(0))
        self._changed = threading.Condition()
        self._stands = threading.Event()
        self._closing = False
        # A daemon, so that a program that lasts can't keep the server from ending; the workers end with the thread.
        self._thread = threading.Thread(target=self._work, name="sandbox", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._stands.wait()
        if self.failure is not None:
            raise self.failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(_LEAVE_SECONDS)

    @property
    def waiting(self) -> int:
        """Jobs that wait for a worker."""
        return sum(len(order.waiting) for order in list(self._orders))

    @property
    def is_full(self) -> bool:
        """Whether no batch finds room."""
        return self.waiting >= self._max_queue

    @property
    def why_closed(self) -> str:
        """Why no jobs are taken; empty where they are."""
        if self.failure is not None or not self._thread.is_alive():
            return "the sandbox has ended"
        return "the server is about to end" if self.is_draining else ""

    def submit(self, order: Order) -> None:
        """Have the jobs of `order` run; FullError where they find no room."""
        with self._changed:
            if self.waiting + len(order.waiting) > self._max_queue:
                raise FullError
            if order.waiting:
                self._orders.append(order)
                self._changed.notify()

    def cancel(self, order: Order) -> None:
        """Run no further job of `order`; what is running ends by itself."""
        with self._changed:
            order.waiting.clear()

    def _work(self) -> None:
        try:
            with self.sandbox:
                self._stands.set()
                while taken := self._take():
                    self._run(taken)
        except BaseException as error:
            self.failure = error
        finally:
            self._stands.set()
            self._closing = True
            for order in {*self._orders, *self._running}:
                order.fail()

    def _take(self) -> list[tuple[Order, int, Job]]:
        """The next jobs, waited for: one of each order in turn, of the limits of the first. None at the end."""
        with self._changed:
            while not self._closing:
                taken: list[tuple[Order, int, Job]] = []
                passed = 0
                while self._orders and passed < len(self._orders) and len(taken) < self._share:
                    order = self._orders.popleft()
                    if not order.waiting:
                        continue
                    self._orders.append(order)
                    if order.is_stalled or (taken and order.limits != taken[0][0].limits):
                        passed += 1
                    else:
                        taken.append((order, *order.waiting.popleft()))
                        passed = 0
                if taken:
                    self._running = {order for order, _, _ in taken}
                    return taken
                self._changed.wait(_LOOK_SECONDS if self._orders else None)
        return []

    def _run(self, taken: list[tuple[Order, int, Job]]) -> None:
        self.sandbox.options = self.sandbox.options.model_copy(update={"limits": taken[0][0].limits})
        started = time.monotonic()
        results = self.sandbox.run([job for _, _, job in taken])
        fitting = int(len(taken) * TURN_SECONDS / (time.monotonic() - started))
        self._share = max(self._workers, min(fitting, 2 * self._share))
        for (order, index, _), result in zip(taken, results, strict=True):
            self.metrics.count(result, order.started)
            order.put(index, result)
