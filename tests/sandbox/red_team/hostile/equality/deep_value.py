# Tries: to overflow the stack of whoever compares.
# Mode: calls
# Outcome: passed
def solve(x, world):
    result = ()
    for _ in range(100_000):
        result = (result,)
    return result
