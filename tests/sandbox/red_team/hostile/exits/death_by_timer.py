# Tries: to be killed by a signal of its own timer, and to be taken for something else than failing.
# Mode: calls
# Outcome: failed
import signal
import time


def solve(x, world):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(5)
