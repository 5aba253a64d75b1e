# Tries: to spin inside sorted by a key that never gets done.
# Mode: calls
# Outcome: timeout
def key(number):
    return sorted(range(1000), key=lambda other: (other * number) % 997)


def solve(x, world):
    return sorted(range(1_000_000), key=key)
