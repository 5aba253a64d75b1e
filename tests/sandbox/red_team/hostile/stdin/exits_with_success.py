# Tries: to be judged by its exit status.
# Mode: stdin
# Outcome: passed
raise SystemExit(0)
