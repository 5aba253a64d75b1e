# Shows: a list of 100,000 numbers.
# Arguments: (100_000,)
# Result: list(range(100_000))
def solve(n):
    return list(range(n))
