# Tries: to have the test process allocate and wait for four gigabytes.
# Mode: check
# Check: plain
# Outcome: failed or timeout
import os
import time


def solve(x, world):
    os.write(4, b"\xff\xff\xff\xff")
    time.sleep(100)
