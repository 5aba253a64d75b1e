# Tries: to crash the test process by what it reads.
# Mode: check
# Check: plain
# Outcome: failed
import os


def solve(x, world):
    os.write(4, b"\x05\0\0\0[\xff\xff\xff\xff" * 100)
    return 0
