# Tries: to overflow the stack of C, past the interpreter's own limit.
# Mode: calls
# Outcome: failed or passed
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __getattribute__(self, name):
        return getattr(self, name)


def solve(x, world):
    return Deep().b
