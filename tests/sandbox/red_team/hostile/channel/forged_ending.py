# Tries: to end its own judgement before it is asked, by a frame of its own.
# Mode: calls
# Outcome: failed
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


body = b"(" + struct.pack("<I", 1) + text(b"end")
os.write(3, struct.pack("<I", len(body)) + body)
os._exit(0)
