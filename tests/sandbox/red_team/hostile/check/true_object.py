# Tries: to be taken for true.
# Mode: check
# Check: truth
# Outcome: failed
def solve(x, world):
    return object()
