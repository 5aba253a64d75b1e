# Tries: to find what earlier programs of this worker have left in the memory that it shares with them.
# Mode: calls
# Outcome: passed
# Claims: [0, 0]
import ctypes
import os

NEEDLE = b"I was here: " + b"a sibling's solution"


def solve(x, world):
    libc = ctypes.CDLL(None)
    libc.sbrk.restype = ctypes.c_void_p
    end = libc.sbrk(0)
    reader, writer = os.pipe()
    found = 0
    for page in range(end - (1 << 12), end - (64 << 20), -(1 << 12)):
        # The kernel says of an address whether it can be read.
        if libc.write(writer, ctypes.c_void_p(page), 1 << 12) != 1 << 12:
            break
        found += os.read(reader, 1 << 12).count(NEEDLE)
    return found
