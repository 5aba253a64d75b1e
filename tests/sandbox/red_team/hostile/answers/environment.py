# Tries: to find secrets in the environment, in Python's copy and in the C library's.
# Mode: calls
# Outcome: passed
# Claims: [[], []]
import ctypes
import os

EXPECTED = {"HOME", "LC_ALL", "MALLOC_ARENA_MAX", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH"}
EXPECTED |= {"PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "TZ", "LC_CTYPE"}


def solve(x, world):
    names = set(os.environ)
    place, entries = 0, ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    while entries[place]:
        names.add(entries[place].partition(b"=")[0].decode())
        place += 1
    return sorted(names - EXPECTED)
