# Tries: to put the blame on the check, which keeps what was raised and passes it back.
# Mode: check
# Check: passes_back_errors
# Outcome: failed


def solve(x, world):
    raise ValueError
