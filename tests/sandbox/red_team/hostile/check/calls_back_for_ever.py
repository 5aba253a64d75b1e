# Tries: to call the test's function within itself until the test process overflows.
# Mode: check
# Check: calls_back
# Outcome: failed or timeout or out_of_memory
def solve(function, world):
    for _ in range(1000):
        try:
            function(solve)
        except Exception:
            continue
    return 42
