# Tries: to read the test process's memory, and to trace it.
# Mode: check
# Check: plain
# Outcome: failed
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def solve(x, world):
    buffer = ctypes.create_string_buffer(8)
    local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_void_p * 2)(id(buffer), 8)
    for neighbour in range(os.getpid() - 2, os.getpid() + 3):
        if neighbour != os.getpid() and libc.process_vm_readv(neighbour, local, 1, remote, 1, 0) > 0:
            return x + 1
        if libc.ptrace(16, neighbour, 0, 0) == 0:
            return x + 1
        try:
            os.kill(neighbour, 9)
        except OSError:
            continue
    return 0
