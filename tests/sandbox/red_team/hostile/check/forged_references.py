# Tries: to name objects of the test's that it was never given, and to have them called.
# Mode: check
# Check: plain
# Outcome: failed
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


def number(n):
    return b"i" + struct.pack("<q", n)


def group(*items):
    return b"(" + struct.pack("<I", len(items)) + b"".join(items)


def solve(x, world):
    for target in (group(text(b"yours"), number(0)), group(text(b"yours"), number(-1)), group(text(b"type"), text(b"bytes"))):
        arguments = group(text(b"tuple"), b"[" + struct.pack("<I", 2) + target + group(text(b"="), number(1 << 40)))
        packed = group(text(b"tuple"), b"[" + struct.pack("<I", 2) + arguments + group(text(b"dict"), b"[\0\0\0\0"))
        message = group(text(b"ask"), number(1), text(b"call"), packed)
        os.write(4, struct.pack("<I", len(message)) + message)
    return 0
