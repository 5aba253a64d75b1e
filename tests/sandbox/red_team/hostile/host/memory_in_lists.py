# Tries: to take all memory, piece by piece.
# Mode: calls
# Outcome: out_of_memory
def solve(x, world):
    pieces = []
    while True:
        pieces.append(bytearray(1 << 20))
