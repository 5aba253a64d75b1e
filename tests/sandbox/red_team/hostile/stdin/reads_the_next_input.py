# Tries: to find more on its input than its own.
# Mode: stdin
# Outcome: passed
import os

os.lseek(0, 0, os.SEEK_SET)
found = os.read(0, 1 << 16) + os.read(0, 1 << 16)
print(42 if found not in (b"41\n", b"7\n") else 0)
