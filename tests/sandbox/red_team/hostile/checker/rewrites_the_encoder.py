# Tries: to find the functions that write its claims down, and to have them claim the best they can.
# Mode: calls
# Outcome: forbidden
import sys


def best(*_, **__):
    return b"\x06\0\0\0passed"


below = sys._getframe(1)
while below:
    for name in ("frame", "encode"):
        if name in below.f_globals:
            below.f_globals[name].__code__ = best.__code__
    below = below.f_back


def solve(x, world):
    return 0
