# Tries: to fill the verifier's memory or disk through standard output.
# Mode: stdin
# Outcome: failed
while True:
    print("42" * 10_000)
