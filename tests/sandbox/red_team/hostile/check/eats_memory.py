# Tries: to take all memory.
# Mode: check
# Check: swallows
# Outcome: out_of_memory
def solve(x, world):
    pieces = []
    while True:
        pieces.append(bytearray(1 << 20))
