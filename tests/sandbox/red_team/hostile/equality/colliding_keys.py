# Tries: a dict whose keys collide only once they have been rewritten for a comparison that takes NaN for NaN.
# Mode: calls
# Outcome: passed
def solve(x, world):
    return {(float("nan"), number): number for number in range(5000)}
