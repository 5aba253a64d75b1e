# Tries: to have the compiler, which folds constants, make more than memory holds.
# Mode: calls
# Outcome: malformed or passed or out_of_memory or timeout
# Source: "x = " + "(" * 60 + "1," * 9 + ")" + ", ) * 9" * 59 + "\ndef solve(x, world): return 0"
