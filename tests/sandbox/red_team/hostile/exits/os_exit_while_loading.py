# Tries: to end the process with exit code 0 before anything is asked.
# Mode: calls
# Outcome: failed
import os

os._exit(0)
