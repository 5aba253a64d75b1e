# Tries: to end twice, once by itself and once by the judge.
# Mode: calls
# Outcome: forbidden
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


def solve(x, world):
    body = b"(" + struct.pack("<I", 1) + text(b"end")
    os.write(3, struct.pack("<I", len(body)) + body)
    return 0
