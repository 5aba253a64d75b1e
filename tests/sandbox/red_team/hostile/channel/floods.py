# Tries: to fill the verifier's memory through its channel.
# Mode: calls
# Outcome: failed
import os


def solve(x, world):
    while True:
        os.write(3, b"x" * 65536)
