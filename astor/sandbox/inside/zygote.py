"""The zygote: forks a confined child per program, waits for it, and tells the trusted side how it ended.

It holds no program, no input and no secret: what arrives on its control socket are limits and descriptors, which it
hands to the child unread. It does one request at a time, so that a child has nothing of another's to inherit.
Standard library only, and lean: threading, logging, subprocess and asyncio would double the cost of a fork through
their hooks, and each page of memory makes it dearer, such as those of `socket` (not `_socket`) and of OpenSSL behind
`hashlib`. So programs import those themselves.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import _thread
import gc
import os
import signal
import site
import sys
import time
import warnings
from array import array
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any, NoReturn

from astor.sandbox.inside import programs
from astor.sandbox.inside.codec import decode, encode
from astor.sandbox.inside.confinement import Confinement
from astor.sandbox.inside.declared import DeclaredPackages
from astor.sandbox.inside.protocol import CPU, ENDED, LEFT_OVER, NO_FORK, REPORT, REQUEST, WALL

PREPARED = (
    "abc array ast bisect cmath collections contextlib copy dataclasses datetime decimal enum fractions functools "
    "heapq io itertools json math numbers operator random re statistics string struct textwrap time types typing"
)
"""Modules that programs find imported already."""

_CONTROL, _OUT, _LINK = 3, 3, 4
_RIGHTS = _socket.CMSG_LEN(3 * array("i").itemsize)
_THREAD_STACK_BYTES = 2 << 20
_LARGEST_STACK_BYTES = 128 << 20


def main() -> NoReturn:
    """Serve the trusted side, at the other end of the descriptor that the command line names, until it closes it."""
    os.dup2(int(sys.argv[1]), _CONTROL, inheritable=False)
    os.closerange(_CONTROL + 1, 256)
    control = _socket.socket(fileno=_CONTROL)
    config = decode(control.recv(1 << 20))
    _prepare(config)
    confinement = Confinement(config)
    control.send(encode({"landlock": confinement.landlock_version, "own_user": confinement.own_user}))
    os.dup2(0, 2)
    programs.warm_up(2)
    gc.collect()
    gc.freeze()
    gc.disable()
    while True:
        request, rights, _, _ = control.recvmsg(REQUEST.size, _RIGHTS)
        if not request:
            os._exit(0)
        descriptors = memoryview(rights[0][2]).cast("i").tolist()
        control.send(_serve(confinement, descriptors, *REQUEST.unpack(request)))


def _prepare(config: dict[str, Any]) -> None:
    # Hooks of these modules would cost each fork more than its confinement does. The one there is would give each
    # program its own random numbers; all are to see the same.
    register_at_fork, os.register_at_fork = os.register_at_fork, lambda **hooks: None
    for name in PREPARED.split():
        __import__(name)
    os.register_at_fork = register_at_fork
    # What an interpreter without site packages lacks, and programs use.
    site.setquit()
    site.setcopyright()
    site.sethelper()
    warnings.simplefilter("ignore")
    sys.argv[:] = [""]
    # Its limit of CPU seconds is what keeps a program from taking long over long numbers.
    sys.set_int_max_str_digits(0)
    for name in ("PWD", "LD_BIND_NOW"):  # bwrap's, and the zygote's own.
        os.environ.pop(name, None)
    # This package is no program's business.
    for name in list(sys.modules):
        if name.partition(".")[0] == "astor":
            del sys.modules[name]
    sys.modules["__main__"] = ModuleType("__main__")
    sys.meta_path.append(DeclaredPackages(config["modules"], config["metadata"]))
    for name in config["preimported"]:
        __import__(name)
    sys.modules["random"].seed(0)
    # The default, eight MiB, leaves room for few threads within the limit of memory.
    _thread.stack_size(_THREAD_STACK_BYTES)
    _thread.stack_size = partial(_stack_size, _thread.stack_size)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})


def _stack_size(set_size: Callable[[int], int], size: int = 0, /) -> int:
    """As `threading.stack_size`, but no more than a program needs: those that recurse deeply ask for half a gigabyte,
    which their limit of memory would count, and frames of Python lie elsewhere."""
    return set_size(min(size, _LARGEST_STACK_BYTES))


def _serve(
    confinement: Confinement, descriptors: list[int], cpu_seconds: float, wall_seconds: float, memory_bytes: int
) -> bytes:
    """Fork a child per descriptor, or one with three, wait for all, and return their reports."""
    sockets, streams = (descriptors[:1], descriptors[1:]) if len(descriptors) == 3 else (descriptors, [])
    links = _socket.socketpair() if len(descriptors) == 2 else ()
    zygote = os.getpid()
    children: list[int] = []
    try:
        for place, descriptor in enumerate(sockets):
            pid = os.fork()
            if pid == 0:
                for number, stream in enumerate(streams):
                    os.dup2(stream, number)
                _live(
                    confinement, zygote, descriptor, links[place].fileno() if links else None, cpu_seconds, memory_bytes
                )
            children.append(pid)
    except OSError:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        return NO_FORK
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
        for link in links:
            link.close()
    return _await(children, cpu_seconds, wall_seconds)


def _live(
    confinement: Confinement, zygote: int, out: int, link: int | None, cpu_seconds: float, memory_bytes: int
) -> NoReturn:
    try:
        confinement.confine_child(zygote, cpu_seconds, memory_bytes)
        # `link` was opened after `out`, so it is none of the numbers that `out` moves to.
        os.dup2(out, _OUT, inheritable=False)
        if link is not None:
            os.dup2(link, _LINK, inheritable=False)
        os.closerange(_OUT + 1 if link is None else _LINK + 1, 256)
        # Not by `signal`, whose wrapper around it costs a new process a twentieth of a millisecond.
        _signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGCHLD,))
        gc.enable()
        programs.run_job(_OUT, _LINK)
    finally:
        os._exit(1)


def _await(children: list[int], cpu_seconds: float, wall_seconds: float) -> bytes:
    """Wait for the children, kill what exceeds its limits, and pack their reports in order.

    The last child decides: when it ends, the one before it is killed.
    """
    reports: dict[int, bytes] = {}
    reasons = dict.fromkeys(children, ENDED)
    deadline = time.monotonic() + wall_seconds
    pause = min(cpu_seconds, wall_seconds)
    while True:
        signal.sigtimedwait({signal.SIGCHLD}, pause)
        running = [pid for pid in children if pid not in reports]
        for pid in running:
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                # It may have ended by itself just before it would have been killed.
                reason = reasons[pid] if status == signal.SIGKILL else ENDED
                reports[pid] = REPORT.pack(status, usage.ru_utime + usage.ru_stime, reason)
        running = [pid for pid in running if pid not in reports]
        if not running:
            return b"".join(reports[pid] for pid in children)
        left = deadline - time.monotonic()
        pause = max(left, 0.001)
        for pid in running:
            unused = cpu_seconds - _cpu_time(pid)
            pause = min(pause, max(unused, 0.001))
            reason = LEFT_OVER if children[-1] in reports else CPU if unused <= 0 else WALL if left <= 0 else ENDED
            if reason != ENDED and reasons[pid] == ENDED:
                reasons[pid] = reason
                os.kill(pid, signal.SIGKILL)


def _cpu_time(pid: int) -> float:
    # The kernel's number of another process's CPU clock, as clock_getcpuclockid(3) computes it.
    return time.clock_gettime(~pid << 3 | 2)
