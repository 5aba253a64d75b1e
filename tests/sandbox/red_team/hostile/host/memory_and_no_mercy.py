# Tries: to take memory and to go on when it is refused, so that not even its end can be told.
# Mode: calls
# Outcome: timeout or out_of_memory or failed
def solve(x, world):
    pieces = []
    while True:
        try:
            pieces.append(bytearray(1 << 12))
        except MemoryError:
            pieces.append(pieces)
