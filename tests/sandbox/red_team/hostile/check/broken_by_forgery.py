# Tries: to end as the test process does when the check can't be used.
# Mode: check
# Check: plain
# Outcome: failed or forbidden
import os
import struct


def text(t):
    return b"s" + struct.pack("<I", len(t)) + t


body = b"(" + struct.pack("<I", 2) + text(b"broken") + text(b"it defines no check(candidate)")
for descriptor in (3, 4):
    os.write(descriptor, struct.pack("<I", len(body)) + body)
os._exit(0)
