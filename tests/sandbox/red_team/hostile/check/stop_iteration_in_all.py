# Tries: to end the `all` that checks it, by a StopIteration of a class of its own.
# Mode: check
# Check: all_of_a_map
# Outcome: failed
# Xfail: StopIteration crosses to the check by name, where it ends map, and with it zip and all, silently.
class Stop(StopIteration):
    pass


def solve(x, world):
    raise Stop
