# Tries: a result that is small on the way and large in the test process.
# Mode: check
# Check: swallows
# Outcome: failed or out_of_memory or timeout
def solve(x, world):
    return [set() for _ in range(100_000)]
