# Tries: to fill the kernel's tables with mappings of single pages.
# Mode: calls
# Outcome: passed or failed or out_of_memory or timeout
import ctypes
import mmap


def solve(x, world):
    memory = mmap.mmap(-1, 128 << 20)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    protect = ctypes.CDLL(None).mprotect
    for page in range(0, 128 << 20, 8192):
        protect(ctypes.c_void_p(start + page), 4096, page >> 13 & 1)
    return 0
