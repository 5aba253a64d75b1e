# Tries: to return an object where data is due, so that the check asks what can't be asked, and is blamed.
# Mode: check
# Check: pickles
# Outcome: failed
# Xfail: what a check asks of an object of the program counts as the check's fault, which costs the program nothing.
class Anything:
    pass


def solve(x, world):
    return Anything()
