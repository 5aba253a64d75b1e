# Tries: to hold its worker without using any processor.
# Mode: calls
# Outcome: timeout
import time


def solve(x, world):
    time.sleep(1000)
