# Tries: a result as deep as may cross, so that the check that passes it back goes too deep, and is blamed.
# Mode: check
# Check: round_trip
# Outcome: failed
# Xfail: an argument that holds the program's own result counts as the check's fault, which costs the program nothing.
def solve(x, world):
    result = x
    for _ in range(97):
        result = [result]
    return result
