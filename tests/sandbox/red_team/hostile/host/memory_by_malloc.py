# Tries: to take memory behind Python's back, and to touch it all.
# Mode: calls
# Outcome: passed or failed or out_of_memory
import ctypes


def solve(x, world):
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    taken = 0
    for size in (1 << 24, 1 << 16, 1 << 8):
        while taken < 1 << 32 and (piece := libc.malloc(size)):
            ctypes.memset(piece, 0x41, size)
            taken += size
    return "little" if taken < 1 << 28 else x + 1
