# Tries: to word the reason of its own end so that the judge is blamed for it.
# Mode: calls
# Outcome: failed
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


body = b"(" + struct.pack("<I", 2) + text(b"stopped") + text(b"the check can't be used: [red]the worker died")
os.write(3, struct.pack("<I", len(body)) + body)
os._exit(0)
