# Tries: to find descriptors that it was not meant to have, and to read requests of others from them.
# Mode: calls
# Outcome: passed
# Claims: [[[0, "null"], [1, "null"], [2, "null"], [3, "socket"]], [[0, "null"], [1, "null"], [2, "null"], [3, "socket"]]]
import os
import stat


def solve(x, world):
    found = []
    for descriptor in range(1 << 12):
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError:
            continue
        found.append([descriptor, "socket" if stat.S_ISSOCK(mode) else "null" if stat.S_ISCHR(mode) else "?"])
    return found
