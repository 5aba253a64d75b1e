# Tries: to have a part of its output counted although it crashed.
# Mode: stdin
# Outcome: failed
import os

print(int(input()) + 1, flush=True)
os.abort()
