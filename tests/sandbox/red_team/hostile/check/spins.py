# Tries: to hold both processes.
# Mode: check
# Check: plain
# Outcome: timeout
def solve(x, world):
    while True:
        pass
