# Tries: to overwrite the stack it stands on, return addresses among it.
# Mode: calls
# Outcome: failed
import ctypes


def solve(x, world):
    here = ctypes.c_int()
    libc = ctypes.CDLL(None)
    for distance in range(0, 1 << 24, 1 << 12):
        libc.memset(ctypes.c_void_p(ctypes.addressof(here) - (1 << 12) + distance), 0x41, 1 << 12)
    page = ctypes.c_void_p.in_dll(libc, "environ").value & ~0xFFF
    while True:
        page -= 1 << 12
        ctypes.memset(page, 0x41, 1 << 12)
