# Tries: to have no function of the asked name, and to offer another.
# Mode: calls
# Outcome: malformed
def solved(x, world):
    return x + 1
