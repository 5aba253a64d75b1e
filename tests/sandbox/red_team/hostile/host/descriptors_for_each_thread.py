# Tries: to have a table of descriptors for each thread, so that each may hold as many as all may.
# Mode: calls
# Outcome: passed
# Claims: [[-1, 1, -1, 0], [-1, 1, -1, 0]]
import ctypes

CLOSE_RANGE, UNSHARE, CLOEXEC = 436, 2, 4
libc = ctypes.CDLL(None, use_errno=True)


def solve(x, world):
    found = []
    for flags in (UNSHARE, UNSHARE | CLOEXEC | 1 << 32):
        found += [libc.syscall(CLOSE_RANGE, 60_000, 60_001, ctypes.c_uint64(flags)), ctypes.get_errno()]
    ctypes.set_errno(0)
    return [*found[:3], libc.syscall(CLOSE_RANGE, 60_000, 60_001, CLOEXEC)]
