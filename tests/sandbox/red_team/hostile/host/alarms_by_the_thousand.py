# Tries: to be woken by timers all the time.
# Mode: calls
# Outcome: timeout
import signal
import time


def solve(x, world):
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
    while True:
        time.sleep(100)
