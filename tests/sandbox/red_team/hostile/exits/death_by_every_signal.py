# Tries: to die of signals that only the kernel or a privileged sender may send, SIGKILL and real-time ones among them.
# Mode: calls
# Outcome: passed
# Claims: refused
import ctypes
import errno
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
TGKILL, SIGQUEUE, TGSIGQUEUE, TIMER_CREATE = (234, 129, 297, 222) if os.uname().machine == "x86_64" else (131, 138, 240, 107)


def attempt(*arguments):
    return "DONE" if libc.syscall(*arguments) >= 0 else errno.errorcode[ctypes.get_errno()]


def solve(x, world):
    own, info, event = os.getpid(), ctypes.create_string_buffer(128), ctypes.create_string_buffer(64)
    info[0], event[8] = 40, 40
    found = {}
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGABRT, 40):
        found[f"tgkill {number}"] = attempt(TGKILL, own, own, number)
        found[f"rt_sigqueueinfo {number}"] = attempt(SIGQUEUE, own, number, info)
        found[f"rt_tgsigqueueinfo {number}"] = attempt(TGSIGQUEUE, own, own, number, info)
    found["timer_create"] = attempt(TIMER_CREATE, 1, event, ctypes.create_string_buffer(8))
    found["pidfd_send_signal"] = attempt(424, 3, signal.SIGKILL, 0, 0)
    return found
