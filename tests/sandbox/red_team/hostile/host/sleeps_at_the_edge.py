# Tries: to use nearly all of its CPU seconds and then to have the zygote look after it all the time.
# Mode: calls
# Outcome: timeout
import time


def solve(x, world):
    while time.process_time() < 0.395:
        pass
    time.sleep(1000)
