# Tries: to claim more answers than there were calls.
# Mode: calls
# Outcome: forbidden
import os
import struct


def solve(x, world):
    body = b"(" + struct.pack("<I", 2) + b"s" + struct.pack("<I", 5) + b"value" + b"i" + struct.pack("<q", 0)
    for _ in range(3):
        os.write(3, struct.pack("<I", len(body)) + body)
    return 0
