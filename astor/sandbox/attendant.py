"""Goes on reading what programs write while whoever takes the results is busy with them."""

import threading
from collections.abc import Callable, Iterable

from astor.sandbox.flight import Flight

LOOK_SECONDS = 0.1
"""How often it looks whether it is needed. Our choice: a hundredth of the wall clock that programs have."""


class Attendant:
    """A thread that pumps lines while its caller is away, and touches nothing while it is there.

    Without it a program that has filled its socket, with some 200 kB or 250 claims, would wait while its wall clock
    runs: its outcome would depend on how soon its result is taken.
    """

    def __init__(self, flights: Callable[[], Iterable[Flight]]) -> None:
        self._flights = flights
        self._away = False
        self._busy = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def leave(self) -> None:
        """The caller goes away. From now on the attendant may pump."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="attendant", daemon=True)
            self._thread.start()
        self._away = True

    def come_back(self) -> None:
        """The caller is back: the attendant has stopped. Harmless where it was never away."""
        self._away = False
        with self._busy:
            pass

    def close(self) -> None:
        """End the thread."""
        self.come_back()
        self._ended.set()

    def _work(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            with self._busy:
                if self._away:
                    for flight in self._flights():
                        for line in flight.lines:
                            line.pump()
