# Tries: a syntax error.
# Mode: calls
# Outcome: malformed
# Source: "solve x = :"
