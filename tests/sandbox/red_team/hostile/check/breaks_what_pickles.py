# Tries: to return an object where data is due, so that the check asks what can't be asked, and is blamed.
# Mode: check
# Check: pickles
# Outcome: failed
class Anything:
    pass


def solve(x, world):
    return Anything()
