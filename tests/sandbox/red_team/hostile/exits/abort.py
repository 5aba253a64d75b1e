# Tries: to crash with a dump of memory.
# Mode: calls
# Outcome: failed
import os


def solve(x, world):
    os.abort()
