# Shows: ten megabytes of result, where the limit allows them.
# Arguments: (10_000_000,)
# Result: 'x' * 10_000_000
def solve(n):
    return "x" * n
