# Tries: to change the priority, the processors, the group or the session of itself and of others.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import os

libc = ctypes.CDLL(None, use_errno=True)
IOPRIO_SET = 251 if os.uname().machine == "x86_64" else 30


def attempt(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "DONE"


def ioprio(owner):
    if libc.syscall(IOPRIO_SET, 1, owner, 1 << 13) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def solve(x, world):
    found = {}
    for owner in (0, os.getppid(), world["verifier"], world["canary"]):
        found[f"affinity of {owner}"] = attempt(lambda: os.sched_setaffinity(owner, {0}))
        found[f"priority of {owner}"] = attempt(lambda: os.setpriority(os.PRIO_PROCESS, owner, 19))
        found[f"scheduler of {owner}"] = attempt(lambda: os.sched_setscheduler(owner, os.SCHED_IDLE, os.sched_param(0)))
        found[f"disk of {owner}"] = attempt(lambda: ioprio(owner))
        found[f"group of {owner}"] = attempt(lambda: os.setpgid(owner, 0))
    found["user"] = attempt(lambda: os.setpriority(os.PRIO_USER, 0, 19))
    found["nice"] = attempt(lambda: os.nice(1))
    found["session"] = attempt(os.setsid)
    return found
