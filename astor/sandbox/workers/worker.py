"""A zygote as the trusted side sees it: a process and the socket that controls it."""

import os
import signal
import socket
import struct
import subprocess
from array import array
from contextlib import suppress
from typing import Any

from astor.errors import UserError
from astor.sandbox.inside.codec import decode, encode
from astor.sandbox.inside.protocol import NO_FORK, REPORT, REQUEST
from astor.sandbox.isolation.readable import PYTHON
from astor.sandbox.options import Limits
from astor.sandbox.workers.config import ENVIRONMENT, WorkerConfig

_START_SECONDS = 30.0

_CREDENTIALS = struct.Struct("3i")
"""Process, user and group id, as the kernel packs them."""

Report = tuple[int, float, int]
"""Status as of waitpid, CPU seconds, why it was killed (`astor.sandbox.inside.protocol`)."""


class Worker:
    """One zygote. It ends with the thread that started it, or when `stop` is called."""

    def __init__(self, config: WorkerConfig) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                config.command(theirs.fileno()),
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.pid = self._process.pid
        """Process id of the zygote."""
        try:
            self.control.settimeout(_START_SECONDS)
            self.confinement = self._handshake(config.zygote)
            self.control.settimeout(None)
        except BaseException:
            # A bwrap that is killed while it starts leaves a child that waits for it for ever. Without us all ends.
            self.control.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_START_SECONDS)
            self.stop()
            raise

    def _handshake(self, config: dict[str, Any]) -> dict[str, int]:
        # The kernel tells who answers: within namespaces it is not the process that was started.
        self.control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            self.control.send(encode({**config, "user": self._process.pid}))
            answer, credentials, _, _ = self.control.recvmsg(1 << 16, socket.CMSG_SPACE(_CREDENTIALS.size))
        except OSError:
            answer = b""
        assert self._process.stderr is not None
        if not answer:
            self._process.kill()
            complaint = self._process.stderr.read().decode(errors="replace").strip().splitlines()
            why = complaint[-1] if complaint else "it says nothing"
            raise UserError(f"The sandbox's worker does not start under {PYTHON} ({why}): see `astor sandbox check`.")
        self._process.stderr.close()
        self.control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        self.pid, _, _ = _CREDENTIALS.unpack(credentials[0][2])
        confinement: dict[str, int] = decode(answer)
        return confinement

    def send(self, limits: Limits, descriptors: list[int]) -> bool:
        """Ask for a child per descriptor; whether the zygote could be asked. The caller keeps its descriptors."""
        request = REQUEST.pack(limits.cpu_seconds, limits.wall_seconds, limits.memory_mb << 20)
        try:
            self.control.sendmsg(
                [request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors))], socket.MSG_DONTWAIT
            )
        except OSError:
            return False
        return True

    def receive(self) -> list[Report] | None:
        """The report on each child; none where the zygote could not fork. None where it has died."""
        try:
            data = self.control.recv(1 << 10)
        except OSError:
            data = b""
        if not data:
            return None
        return [] if data == NO_FORK else list(REPORT.iter_unpack(data))

    def stop(self) -> None:
        """Kill the zygote, and by its end its children; where it has a parent within, that one ends after it."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):  # It has ended just now, and its parent is about to.
                os.kill(self.pid, signal.SIGKILL)
        self.control.close()
        self._process.wait()
