# Tries: to overflow the compiler with half a million signs.
# Mode: calls
# Outcome: malformed
# Source: "x = " + "-" * 500_000 + "1"
