# Shows: ints of many digits.
# Arguments: (5000,)
# Result: [7**5000, -(7**5000), (7**5000) % 10**9]
def solve(n):
    return [7**n, -(7**n), pow(7, n, 10**9)]
