# Tries: to take memory by mappings, private, shared, growing, locked and huge, and to keep it populated.
# Mode: calls
# Outcome: out_of_memory or failed or passed or timeout
import mmap


def solve(x, world):
    pieces = []
    for flags in (0x8000 | 0x02, 0x8000 | 0x01, 0x0100 | 0x02, 0x2000 | 0x02, 0x40000 | 0x02):
        while len(pieces) < 4096:
            try:
                pieces.append(mmap.mmap(-1, 1 << 20, flags=flags | 0x20))
                pieces[-1].write(b"x" * (1 << 20))
            except (OSError, ValueError, MemoryError):
                break
    return len(pieces)
