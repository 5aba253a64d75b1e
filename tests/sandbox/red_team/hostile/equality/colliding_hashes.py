# Tries: a set whose members all have one hash, so that building it takes quadratic time.
# Mode: calls
# Outcome: passed
def solve(x, world):
    return {i * ((1 << 61) - 1) for i in range(2000)}
