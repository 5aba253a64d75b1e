# Tries: to put the blame on the check, whose function makes what can't cross of the class that it is called with.
# Mode: check
# Check: resolves
# Outcome: failed


def solve(executor, world):
    return executor(ValueError, KeyError)
