# Tries: to weigh ten megabytes.
# Mode: calls
# Outcome: timeout or out_of_memory or malformed
# Source: "x = [" + "x, " * 3_500_000 + "]"
