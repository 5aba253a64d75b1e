# Tries: to change what it shares with the next program: flags of the descriptors that both inherit.
# Mode: calls
# Outcome: passed
import fcntl
import os


def solve(x, world):
    for descriptor in range(4):
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_APPEND | os.O_NONBLOCK)
    return 0
