# Tries: to end as only the judge's own test process may, so that the judge takes the blame.
# Mode: calls
# Outcome: failed
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


body = b"(" + struct.pack("<I", 2) + text(b"broken") + text(b"it defines no check(candidate)")
os.write(3, struct.pack("<I", len(body)) + body)
os._exit(0)
