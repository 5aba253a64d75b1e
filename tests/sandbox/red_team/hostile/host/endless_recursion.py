# Tries: to recurse for ever.
# Mode: calls
# Outcome: passed
def solve(x, world):
    return solve(x, world)
