"""What stands around the sandbox and must not be touched: a file, a process, and listeners of every kind.

A hostile program is told of them all, so that it need not guess.
"""

import contextlib
import os
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

MARK = "astor-red-team"
"""Every file that a hostile program tries to make carries this in its name."""

IPC_KEY = 0x41535452
"""Every SysV object that a hostile program tries to make has this key."""


class Bystanders:
    """A context manager: they live from enter to exit."""

    def __enter__(self) -> Self:
        self._exit = contextlib.ExitStack()
        folder = Path(self._exit.enter_context(tempfile.TemporaryDirectory()))
        self.precious = folder / "precious"
        self.precious.write_text("precious")
        self.canary = subprocess.Popen(["sleep", "3600"])
        self._exit.callback(self._end_canary)
        unix = str(folder / "unix")
        abstract = f"\0{MARK}-{self.canary.pid}"
        loopback = ("127.0.0.1", 0)
        self.listeners = {
            "TCP": self._listen(socket.AF_INET, socket.SOCK_STREAM, loopback),
            "UDP": self._listen(socket.AF_INET, socket.SOCK_DGRAM, loopback),
            "unix stream": self._listen(socket.AF_UNIX, socket.SOCK_STREAM, unix),
            "unix datagram": self._listen(socket.AF_UNIX, socket.SOCK_DGRAM, unix + "-datagram"),
            "abstract stream": self._listen(socket.AF_UNIX, socket.SOCK_STREAM, abstract),
            "abstract datagram": self._listen(socket.AF_UNIX, socket.SOCK_DGRAM, abstract + "-datagram"),
        }
        self.world: dict[str, Any] = {
            "verifier": os.getpid(),
            "canary": self.canary.pid,
            "precious": str(self.precious),
            "tests": str(Path(__file__).parent),
            "mark": MARK,
            "ipc_key": IPC_KEY,
            "tcp": self.listeners["TCP"].getsockname()[1],
            "udp": self.listeners["UDP"].getsockname()[1],
            "unix": unix,
            "abstract": abstract,
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._exit.close()

    def heard(self) -> list[str]:
        """The listeners that somebody has reached since they were last asked."""
        reached = []
        for name, listener in self.listeners.items():
            with contextlib.suppress(BlockingIOError):
                if listener.type == socket.SOCK_STREAM:
                    listener.accept()[0].close()
                else:
                    listener.recv(1)
                reached.append(name)
        return reached

    def _listen(self, family: int, kind: int, address: Any) -> socket.socket:
        listener = self._exit.enter_context(socket.socket(family, kind))
        listener.bind(address)
        listener.setblocking(False)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        return listener

    def _end_canary(self) -> None:
        self.canary.kill()
        self.canary.wait()
