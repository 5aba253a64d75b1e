# Tries: to make a system call by the table of another architecture, which a filter might not know.
# Mode: calls
# Machine: x86_64
# Outcome: forbidden
import ctypes


def solve(x, world):
    return ctypes.CDLL(None).syscall(0x40000000 + 39)
