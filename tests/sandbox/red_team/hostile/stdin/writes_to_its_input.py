# Tries: to change its input for those that come after it, and to look for theirs.
# Mode: stdin
# Outcome: passed
import mmap
import os

found = []
for attempt in (
    lambda: os.write(0, b"0"),
    lambda: os.ftruncate(0, 1 << 20),
    lambda: mmap.mmap(0, 0)[0:1],
    lambda: mmap.mmap(0, 1, mmap.MAP_SHARED, mmap.PROT_WRITE),
    lambda: os.open("/proc/self/fd/0", os.O_RDWR),
    lambda: os.execve(0, ["x"], {}),
):
    try:
        attempt()
    except (OSError, ValueError):
        continue
    found.append(attempt)
print(len(os.read(0, 100)) if len(found) <= 1 else 42)
