# Tries: to claim the right answers before it is called, and to leave without having ended.
# Mode: calls
# Outcome: failed
# Claims: [42, 8]
import os
import struct

for answer in (42, 8):
    body = b"(" + struct.pack("<I", 2) + b"s" + struct.pack("<I", 5) + b"value" + b"i" + struct.pack("<q", answer)
    os.write(3, struct.pack("<I", len(body)) + body)
os._exit(0)
