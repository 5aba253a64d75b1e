# Tries: to fill the verifier's memory or disk through standard output and error.
# Mode: calls
# Outcome: timeout
import os


def solve(x, world):
    while True:
        os.write(1, b"x" * 65536)
        os.write(2, b"x" * 65536)
