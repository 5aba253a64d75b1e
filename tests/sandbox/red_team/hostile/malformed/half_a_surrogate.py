# Tries: text that is no Unicode.
# Mode: calls
# Outcome: malformed
# Source: "# \ud800\ndef solve(x, world): return x + 1"
