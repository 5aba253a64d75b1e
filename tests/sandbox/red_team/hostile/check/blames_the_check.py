# Tries: to word its end so that the check is blamed for it.
# Mode: check
# Check: plain
# Outcome: failed
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


body = b"(" + struct.pack("<I", 2) + text(b"stopped") + text(b"the check can't be used: it defines no check")
os.write(3, struct.pack("<I", len(body)) + body)
os._exit(0)
