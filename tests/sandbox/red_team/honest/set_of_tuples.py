# Shows: a set of tuples of numbers whose hashes meet.
# Arguments: (3,)
# Result: {(0, 0), (1, -1), (2, -2)}
def solve(n):
    return {(i, -i) for i in range(n)}
