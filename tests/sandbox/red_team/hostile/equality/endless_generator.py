# Tries: a generator and an iterator without end as results.
# Mode: calls
# Outcome: passed
import itertools


def solve(x, world):
    return (42 for _ in itertools.count()) if x == 41 else itertools.repeat(42)
