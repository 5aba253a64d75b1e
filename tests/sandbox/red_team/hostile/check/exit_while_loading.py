# Tries: to leave with exit code 0 before the check begins.
# Mode: check
# Check: plain
# Outcome: failed
import os

os._exit(0)
