# Tries: to take a processor for ever.
# Mode: calls
# Outcome: timeout
def solve(x, world):
    while True:
        pass
