# Tries: to read more from its channel than its own request.
# Mode: calls
# Outcome: passed
# Claims: [[], []]
import os
import select


def solve(x, world):
    ready = select.select([3], [], [], 0.05)[0]
    return [len(os.read(3, 1 << 16)) for _ in ready]
