# Tries: frames of half a megabyte that take as much memory and time to read as can be had.
# Mode: calls
# Outcome: forbidden or passed or failed
import os
import struct


def send(body):
    os.write(3, struct.pack("<I", len(body)) + body)


def solve(x, world):
    value = b"(\x02\0\0\0s\x05\0\0\0value"
    if x == 41:
        send(value + b"[\x01\0\0\0" * 99 + b"[" + struct.pack("<I", 100_000) + b"{\0\0\0\0" * 100_000)
    else:
        send(value + b"[\x01\0\0\0" * 50_000)
    return 0
