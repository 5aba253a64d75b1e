# Tries: an error that derives from what ends processes, and from what the check expects: it may be taken for either.
# Mode: check
# Check: expects_an_error
# Outcome: failed or passed
class Both(SystemExit, ValueError):
    pass


def solve(x, world):
    raise Both(0)
