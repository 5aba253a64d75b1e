# Tries: to raise its limits, and to lower those of others.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import os
import resource

libc = ctypes.CDLL(None, use_errno=True)
PRLIMIT, SETRLIMIT = (302, 160) if os.uname().machine == "x86_64" else (261, 164)
LIMITED = [
    getattr(resource, f"RLIMIT_{name}")
    for name in ("AS", "CORE", "CPU", "FSIZE", "MEMLOCK", "MSGQUEUE", "NOFILE", "NPROC")
    if hasattr(resource, f"RLIMIT_{name}")
]


def attempt(action):
    try:
        action()
    except ValueError:  # How the module words EPERM.
        return "EPERM"
    except OSError as error:
        return errno.errorcode[error.errno]
    return "DONE"


def call(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def solve(x, world):
    found, most = {}, (ctypes.c_uint64 * 2)(1 << 40, 1 << 40)
    for limit in LIMITED:
        soft, hard = resource.getrlimit(limit)
        found[f"raise {limit}"] = attempt(lambda: resource.setrlimit(limit, (-1, -1)))
        found[f"raise {limit} by one"] = attempt(lambda: resource.setrlimit(limit, (soft, hard + 1)))
        found[f"setrlimit {limit}"] = attempt(lambda: call(SETRLIMIT, limit, most))
        found[f"prlimit {limit}"] = attempt(lambda: call(PRLIMIT, 0, limit, most, 0))
        resource.setrlimit(limit, (soft, hard))
        found[f"raise {limit} again"] = attempt(lambda: resource.setrlimit(limit, (-1, -1)))
    for owner in (os.getpid(), os.getppid(), world["verifier"], world["canary"]):
        found[f"CPU of {owner}"] = attempt(lambda: resource.prlimit(owner, resource.RLIMIT_CPU, (1, 1)))
        found[f"memory of {owner}"] = attempt(lambda: resource.prlimit(owner, resource.RLIMIT_AS, (1, 1)))
    return found
