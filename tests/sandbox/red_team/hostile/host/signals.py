# Tries: to kill or stop the zygote, the verifier, a bystander, its group, its session and everybody.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import fcntl
import os
import signal
import threading

libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
TKILL, TGKILL, PIDFD_SEND = (200, 234, 424) if X86 else (130, 131, 424)


def attempt(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "DONE"


def call(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def solve(x, world):
    found = {}
    for owner in (os.getppid(), world["verifier"], world["canary"], -1, 0, -os.getppid(), 1, os.getpid()):
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, 0):
            found[f"kill {owner} {number}"] = attempt(lambda: os.kill(owner, number))
        found[f"tkill {owner}"] = attempt(lambda: call(TKILL, owner, signal.SIGKILL))
        found[f"tgkill {owner}"] = attempt(lambda: call(TGKILL, owner, owner, signal.SIGKILL))
        found[f"owner of a descriptor: {owner}"] = attempt(lambda: fcntl.fcntl(3, fcntl.F_SETOWN, owner))
    found["group"] = attempt(lambda: os.killpg(0, signal.SIGKILL))
    found["thread"] = attempt(lambda: signal.pthread_kill(threading.get_ident(), signal.SIGKILL))
    found["signal of a descriptor"] = attempt(lambda: fcntl.fcntl(3, fcntl.F_SETSIG, signal.SIGKILL))
    found["extended owner"] = attempt(lambda: fcntl.fcntl(3, 15, bytes(8)))
    found["lease"] = attempt(lambda: fcntl.fcntl(0, fcntl.F_SETLEASE, fcntl.F_RDLCK))
    found["asynchronous"] = attempt(lambda: fcntl.ioctl(3, 0x5452, b"\1\0\0\0"))
    found["pidfd_send_signal"] = attempt(lambda: call(PIDFD_SEND, 3, signal.SIGKILL, 0, 0))
    return found
