# Tries: to spin inside one operation on ints, where no signal of Python's is heard.
# Mode: calls
# Outcome: timeout
def solve(x, world):
    return len(str(9**9**9))
