# Shows: two megabytes of printing, which nobody reads.
# Arguments: (2000,)
# Result: 2000
def solve(n):
    for _ in range(n):
        print("x" * 1000)
    return n
