# Shows: a result nested 90 deep.
# Arguments: (90,)
# Result: eval('[' * 90 + ']' * 90)
def solve(n):
    result = []
    for _ in range(n - 1):
        result = [result]
    return result
