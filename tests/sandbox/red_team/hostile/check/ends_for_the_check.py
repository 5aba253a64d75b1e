# Tries: to write the ending that only the test process can.
# Mode: check
# Check: plain
# Outcome: failed or forbidden
import os
import struct

body = b"(" + struct.pack("<I", 1) + b"s" + struct.pack("<I", 3) + b"end"
for descriptor in (3, 4):
    os.write(descriptor, struct.pack("<I", len(body)) + body)


def solve(x, world):
    return 0
