# Tries: to hold both processes without being there.
# Mode: check
# Check: plain
# Outcome: timeout
import time

time.sleep(100)
