# Shows: recursion to a depth of 900.
# Arguments: (900,)
# Result: 900
def solve(n):
    return 0 if n == 0 else 1 + solve(n - 1)
