# Tries: nothing but to fail before its function is there.
# Mode: calls
# Outcome: failed
1 / 0


def solve(x, world):
    return x + 1
