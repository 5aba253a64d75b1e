# Tries: a number within the limits that is slow to print and to compare with floats.
# Mode: calls
# Outcome: passed
def solve(x, world):
    return 1 << 2_000_000
