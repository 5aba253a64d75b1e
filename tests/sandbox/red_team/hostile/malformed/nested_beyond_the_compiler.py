# Tries: to overflow the parser with brackets.
# Mode: calls
# Outcome: malformed
# Source: "x = " + "(" * 9000 + ")" * 9000
