# Tries: to take the judge down with a bad pointer.
# Mode: calls
# Outcome: failed
import ctypes


def solve(x, world):
    ctypes.string_at(0)
