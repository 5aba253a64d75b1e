# Tries: a result that is small in memory, and astronomical once it is written down.
# Mode: calls
# Outcome: failed
def solve(x, world):
    result = [0]
    for _ in range(90):
        result = [result, result]
    return result
