# Tries: to claim right answers and an ending, and to have a crash overlooked.
# Mode: calls
# Outcome: failed
# Claims: [42, 8]
import ctypes
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


for body in (text(b"value") + b"i" + struct.pack("<q", 42), text(b"value") + b"i" + struct.pack("<q", 8), text(b"end")):
    body = b"(" + struct.pack("<I", 1 if body == text(b"end") else 2) + body
    os.write(3, struct.pack("<I", len(body)) + body)
ctypes.string_at(0)
