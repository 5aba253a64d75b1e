# Shows: a cache of functools under recursion.
# Arguments: (90,)
# Result: 2880067194370816120
import functools


@functools.cache
def solve(n):
    return n if n < 2 else solve(n - 1) + solve(n - 2)
