# Tries: to fill the verifier's memory by the channel that it does not need.
# Mode: check
# Check: plain
# Outcome: failed
import os


def solve(x, world):
    while True:
        os.write(3, b"x" * 65536)
