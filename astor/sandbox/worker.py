"""A zygote as the broker sees it: a process and the socket that controls it."""

import os
import socket
import subprocess
import sys
import sysconfig
from array import array
from pathlib import Path

from astor.errors import UserError
from astor.sandbox.codec import decode, encode
from astor.sandbox.filters import filters
from astor.sandbox.options import Limits
from astor.sandbox.zygote import NO_FORK, REPORT, REQUEST

ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
}
"""All that a program finds in its environment: the same on every machine. One arena, because each reserves 64 MiB of
the address space that RLIMIT_AS counts."""

_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")

_START_SECONDS = 30.0

Report = tuple[int, float, int]
"""Status as of waitpid, CPU seconds, why it was killed (`astor.sandbox.zygote`)."""


def readable_paths() -> list[str]:
    """What programs may read: the interpreter's library, installed packages, and the system's shared libraries."""
    paths = sysconfig.get_paths()
    own = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return [path for path in dict.fromkeys([*own, *_SYSTEM_LIBRARIES]) if Path(path).exists()]


class Worker:
    """One zygote. It ends with the thread that started it, or when `stop` is called."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-P", str(Path(__file__).with_name("launch.py")), str(theirs.fileno())],
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.control.settimeout(_START_SECONDS)
        self.stands = self._introduce()
        self.control.settimeout(None)

    def _introduce(self) -> dict[str, int]:
        config = {
            "parent": os.getpid(),
            "readable": readable_paths(),
            "zygote_filter": filters().zygote,
            "child_filter": filters().child,
        }
        try:
            self.control.send(encode(config))
            answer = self.control.recv(1 << 16)
        except OSError:
            answer = b""
        assert self._process.stderr is not None
        if not answer:
            self._process.kill()
            complaint = self._process.stderr.read().decode(errors="replace").strip().splitlines()
            self.stop()
            why = complaint[-1] if complaint else "it says nothing"
            raise UserError(f"The sandbox's worker does not start under {sys.executable} ({why}): see `astor doctor`.")
        self._process.stderr.close()
        stands: dict[str, int] = decode(answer)
        return stands

    @property
    def pid(self) -> int:
        """Process id of the zygote."""
        return self._process.pid

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
        """Kill the zygote, and by its end its children."""
        self.control.close()
        self._process.kill()
        self._process.wait()
