# Tries: a result larger than all results may be.
# Mode: calls
# Outcome: failed
def solve(x, world):
    return "x" * (1 << 22)
