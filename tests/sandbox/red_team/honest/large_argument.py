# Shows: an argument of 300,000 numbers.
# Arguments: (list(range(300_000)),)
# Result: 300_000
def solve(x):
    return len(x)
