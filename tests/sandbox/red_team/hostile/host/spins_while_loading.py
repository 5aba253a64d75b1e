# Tries: to take a processor for ever before its function is there.
# Mode: calls
# Outcome: timeout
while True:
    pass
