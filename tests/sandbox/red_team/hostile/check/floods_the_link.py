# Tries: to fill the test process's memory.
# Mode: check
# Check: plain
# Outcome: failed or timeout
import os


def solve(x, world):
    while True:
        os.write(4, b"x" * 65536)
