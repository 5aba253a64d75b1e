# Tries: to offer the answer in the place of a function.
# Mode: calls
# Outcome: malformed
solve = 42
