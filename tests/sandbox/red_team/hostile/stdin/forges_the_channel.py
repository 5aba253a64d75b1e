# Tries: to write the answer and an ending to the sandbox's own channel.
# Mode: stdin
# Outcome: forbidden or failed
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


for body in (b"(\x02\0\0\0" + text(b"value") + text(b"42"), b"(\x01\0\0\0" + text(b"end")):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, struct.pack("<I", len(body)) + body)
        except OSError:
            continue
