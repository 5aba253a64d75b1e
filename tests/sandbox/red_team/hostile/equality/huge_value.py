# Tries: a number with eight million bits, which takes minutes to write as text.
# Mode: calls
# Outcome: failed
def solve(x, world):
    return 1 << 9_000_000
