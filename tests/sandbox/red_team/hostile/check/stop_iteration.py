# Tries: to end the loop that checks it, by a StopIteration.
# Mode: check
# Check: mapped
# Outcome: failed
# Xfail: StopIteration crosses to the check by name, where it ends map, and with it zip and all, silently.
def solve(x, world):
    raise StopIteration
