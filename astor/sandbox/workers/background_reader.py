"""Goes on reading what programs write while whoever takes the results is busy with them."""

import threading
from collections.abc import Callable, Iterable

from astor.sandbox.workers.in_flight import InFlight

LOOK_SECONDS = 0.1
"""How often it looks whether it is needed. Our choice: a hundredth of the wall clock that programs have."""


class BackgroundReader:
    """A thread that pumps channels while its caller is away, and touches nothing while it is there.

    Without it a program that has filled its socket, with some 200 kB or 250 claims, would wait while its wall clock
    runs: its ending would depend on how soon its result is taken.
    """

    def __init__(self, in_flight: Callable[[], Iterable[InFlight]]) -> None:
        self._in_flight = in_flight
        self._away = False
        self._busy = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def resume(self) -> None:
        """The caller goes away. From now on channels are pumped."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="background reader", daemon=True)
            self._thread.start()
        self._away = True

    def pause(self) -> None:
        """The caller is back: pumping has stopped. Harmless where it never began."""
        self._away = False
        with self._busy:
            pass

    def close(self) -> None:
        """End the thread."""
        self.pause()
        self._ended.set()

    def _work(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            with self._busy:
                if self._away:
                    for run in self._in_flight():
                        for channel in run.channels:
                            channel.pump()
