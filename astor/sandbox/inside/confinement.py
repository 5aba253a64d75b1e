"""What a zygote gives up once, and each child for good. Standard library only.

Nothing here can be taken back by the process that did it, whatever its user: no_new_privs, an empty capability set,
Landlock, seccomp, and hard resource limits, which none can raise that has no capabilities.
"""

import ctypes
import math
import os
import resource
import signal
from typing import Any

from astor.sandbox.inside import landlock

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP = 1, 4, 22
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522

_STACK_BYTES = 8 << 20
_DESCRIPTORS = 64
_THREADS_OF_OWN_USER = 256
_THREADS_OF_SHARED_USER = 4096
"""RLIMIT_NPROC counts every process and thread of a real user id. Where the zygote has one of its own the limit is
small; an ordinary user's other processes count too, so it leaves them room. Our choice."""

_OWN_USERS = 0x60000000
"""User ids from here on belong to nobody: the zygote's number is added."""

_libc = ctypes.CDLL(None, use_errno=True)
# Declared once, arguments need no objects of their own: it halves what a child's confinement costs.
_libc.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


class Filter:
    """A BPF program that outlives its installation."""

    def __init__(self, code: bytes) -> None:
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = _Program(len(code) // 8, ctypes.addressof(self._code))

    def install(self) -> None:
        """Filter the system calls of this thread and of what it starts; for ever."""
        _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(self._program))


class Confinement:
    """The zygote's confinement, and what its children will need for theirs."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Confine this process.

        Of `config`: `parent` is its parent's process id, `readable` are the paths that stay readable with all beneath,
        `listable` those that stay listable, `user` is a number that no other zygote has, and the filters are BPF.
        """
        self.own_user = _take_own_user(config["user"])
        _drop_capabilities()
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        _prctl(_PR_SET_DUMPABLE, 0)
        die_with_parent(config["parent"])
        for limit, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_MEMLOCK, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
            (resource.RLIMIT_NOFILE, _DESCRIPTORS),
        ):
            resource.setrlimit(limit, (_at_most(limit, most), _at_most(limit, most)))
        # Programs raise it for the sake of deep recursion. What a stack may take, the limit of memory says.
        hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
        resource.setrlimit(resource.RLIMIT_STACK, (_at_most(resource.RLIMIT_STACK, _STACK_BYTES), hard))
        most = _THREADS_OF_OWN_USER if self.own_user else _THREADS_OF_SHARED_USER
        self._threads = _at_most(resource.RLIMIT_NPROC, most)
        self.landlock_version = landlock.landlock_version()
        self._separate: int | None = None
        if self.landlock_version:
            self._separate = landlock.separate_domain(self.landlock_version)
            domain = landlock.readable_domain(self.landlock_version, config["readable"], config["listable"])
            landlock.enter(domain)
            os.close(domain)
        self._child_filter = Filter(config["child_filter"]) if config["child_filter"] else None
        if config["zygote_filter"]:
            Filter(config["zygote_filter"]).install()

    def confine_child(self, zygote: int, cpu_seconds: float, memory_bytes: int) -> None:
        """Confine a forked child, just before it reads what it is to run."""
        die_with_parent(zygote)
        soft = math.ceil(cpu_seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + 1))
        resource.setrlimit(resource.RLIMIT_NPROC, (self._threads, self._threads))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        if self._separate is not None:
            landlock.enter(self._separate)
            os.close(self._separate)
        if self._child_filter is not None:
            self._child_filter.install()


def die_with_parent(parent: int) -> None:
    """Be killed when the parent's thread that started this process ends; at once where it has ended already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _take_own_user(number: int) -> bool:
    """As root, take a real user id that nobody else has, for RLIMIT_NPROC; files are still opened as root."""
    if os.geteuid() != 0:
        return False
    try:
        os.setresuid(_OWN_USERS + number, -1, -1)
    except OSError:  # A user namespace that doesn't map the id: the larger limit has to do.
        return False
    return True


def _drop_capabilities() -> None:
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            break  # The first that the kernel doesn't know, or no capabilities to begin with.
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if _libc.capset(header, nothing):
        raise OSError(ctypes.get_errno(), "capset")


def _at_most(limit: int, most: int) -> int:
    hard = resource.getrlimit(limit)[1]
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def _prctl(option: int, value: int, pointer: int = 0) -> None:
    if _libc.prctl(option, value, pointer, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option}")
