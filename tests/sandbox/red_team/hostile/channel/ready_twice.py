# Tries: to confuse whoever reads its frames about where it began.
# Mode: calls
# Outcome: forbidden
import os
import struct

body = b"(" + struct.pack("<I", 1) + b"s" + struct.pack("<I", 5) + b"ready"
os.write(3, struct.pack("<I", len(body)) + body)


def solve(x, world):
    return 0
