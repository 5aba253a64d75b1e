# Tries: hundred thousand frames of no bytes.
# Mode: calls
# Outcome: forbidden
import os


def solve(x, world):
    os.write(3, bytes(400_000))
    return 0
