"""Tries every layer of the sandbox: run as a program in it when it starts, to see which of them stand.

Standard library only. Each attempt is one that no program may succeed with.
"""

import errno
import mmap
import os
import resource
import socket
from collections.abc import Callable

_TERABYTE = 1 << 40
_MAP_NORESERVE = 0x4000


def try_layers(source: str) -> dict[str, str]:
    """Name of each attempt → name of the error that refused it; empty where nothing did.

    `source` is a file of the sandbox's own, which namespaces don't hide.
    """
    attempts: dict[str, Callable[[], object]] = {
        "read": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "proc": lambda: os.open("/proc/self/status", os.O_RDONLY),
        "list": lambda: os.open("/", os.O_RDONLY),
        "source": lambda: os.open(source, os.O_RDONLY),
        "write": lambda: os.open("/dev/urandom", os.O_WRONLY),
        "create": lambda: os.open("/astor-layer-check", os.O_WRONLY | os.O_CREAT),
        "processes": _find_others,
        "fork": _fork,
        "exec": lambda: os.execv("/nonexistent", ["/nonexistent"]),
        "signal": lambda: os.kill(os.getppid(), 0),
        "socket": socket.socket,
        "limits": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0)),
        "raising": lambda: resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
        "memory": lambda: mmap.mmap(-1, _TERABYTE, mmap.MAP_PRIVATE | _MAP_NORESERVE, mmap.PROT_READ),
        "descriptors": lambda: os.dup2(0, 1000),
        "user": lambda: os.setuid(os.getuid()),
    }
    found = {}
    for name, attempt in attempts.items():
        try:
            attempt()
        except OSError as error:
            found[name] = errno.errorcode.get(error.errno or 0, "?")
        except ValueError:  # How the module resource words EPERM.
            found[name] = "EPERM"
        else:
            found[name] = ""
    return found


def _find_others() -> None:
    if os.getppid() == 1:  # The zygote is the first that there is: no other process can be named.
        raise ProcessLookupError(errno.ESRCH, "")


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
    os.wait()
