# Tries: to wait for itself, with all signals blocked.
# Mode: calls
# Outcome: timeout
import signal
import threading


def solve(x, world):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
