# Tries: exceptions by names that are no exceptions, in frames of its own.
# Mode: check
# Check: swallows
# Outcome: failed
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


def solve(x, world):
    for name in (b"SystemExit", b"exec", b"__import__", b"BaseExceptionGroup", b"KeyboardInterrupt", b"print"):
        body = b"(" + struct.pack("<I", 2) + text(b"raised") + text(name)
        os.write(4, struct.pack("<I", len(body)) + body)
    return 0
