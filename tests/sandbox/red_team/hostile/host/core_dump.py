# Tries: to leave a dump of its memory where it stands, as large as it can.
# Mode: calls
# Outcome: failed
import ctypes
import os


def solve(x, world):
    keep = bytearray(1 << 26)
    os.chdir("/usr/lib")
    ctypes.memset(0, len(keep), 1)
