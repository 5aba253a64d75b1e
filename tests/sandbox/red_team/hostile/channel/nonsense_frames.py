# Tries: frames that hold nothing that could be read.
# Mode: calls
# Outcome: forbidden
import os


def solve(x, world):
    os.write(3, b"\x04\0\0\0####" * 100)
    return 0
