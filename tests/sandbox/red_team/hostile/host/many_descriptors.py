# Tries: to use up the machine's descriptors.
# Mode: calls
# Outcome: passed
import os


def solve(x, world):
    count = 0
    try:
        while True:
            os.open("/dev/null", os.O_RDONLY)
            count += 1
    except OSError:
        return "few" if count <= 64 else x + 1
