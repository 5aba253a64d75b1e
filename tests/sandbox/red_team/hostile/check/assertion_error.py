# Tries: to raise what a check that swallows errors may take for its own.
# Mode: check
# Check: swallows
# Outcome: failed
def solve(x, world):
    raise AssertionError
