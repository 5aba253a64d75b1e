"""Landlock: which files a process may open, whoever it runs as. Standard library only.

Rights and numbers are those of the kernel's uapi/linux/landlock.h; an older kernel knows fewer of them, and is asked
for those that it knows. A process can only ever add a domain within its own.
"""

import ctypes
import os
import stat

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_MAKE_SOCK = 1 << 9

_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
"""Version of the interface → how many rights over files it knows; 16 from version 5."""

_TCP_RIGHTS = 0b11
"""Bind and connect, from version 4."""

_SCOPES = 0b11
"""Abstract sockets and signals, from version 6."""

_libc = ctypes.CDLL(None, use_errno=True)
_restrict_self = ctypes.CDLL(None, use_errno=True).syscall
_restrict_self.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_uint32)


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("rights", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def landlock_version() -> int:
    """Version of the interface that the kernel offers; 0 where Landlock is missing, disabled or refused."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


def readable_domain(version: int, readable: list[str], listable: list[str]) -> int:
    """Descriptor of a domain that may read `readable` with all beneath, and do nothing else to files or by TCP.

    It may see the names beneath `listable` too, which Landlock can't grant of one directory alone.
    """
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    ruleset = _create(version, files, _TCP_RIGHTS if version >= 4 else 0)
    for path in readable:
        _allow(ruleset, path, _READ_FILE | _READ_DIR)
    for path in listable:
        _allow(ruleset, path, _READ_DIR)
    _allow(ruleset, os.devnull, _READ_FILE | _WRITE_FILE)
    _allow(ruleset, "/dev/urandom", _READ_FILE)
    return ruleset


def separate_domain(version: int) -> int:
    """Descriptor of a domain that takes nothing but reach: no signals to, no tracing of processes outside it."""
    return _create(version, _MAKE_SOCK, 0)


def enter(ruleset: int) -> None:
    """Confine this thread, and what it starts, to a domain; for ever. It needs no_new_privs."""
    if _restrict_self(_RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")


def _create(version: int, files: int, network: int) -> int:
    attributes = _Ruleset(files, network, _SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = int(_libc.syscall(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0)))
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    return ruleset


def _allow(ruleset: int, path: str, rights: int) -> None:
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= ~_READ_DIR
        rule = _PathBeneath(rights, parent)
        if _libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0)):
            raise OSError(ctypes.get_errno(), "landlock_add_rule", path)
    finally:
        os.close(parent)
