# Tries: to use up the machine's randomness.
# Mode: calls
# Outcome: timeout
import os


def solve(x, world):
    source = os.open("/dev/urandom", os.O_RDONLY)
    while True:
        os.read(source, 1 << 20)
        os.getrandom(1 << 16)
