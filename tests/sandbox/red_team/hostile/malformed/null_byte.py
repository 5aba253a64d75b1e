# Tries: a null byte behind the right answer.
# Mode: calls
# Outcome: malformed
# Source: "def solve(x, world): return x + 1\0"
