# Tries: to leave a thread that spins behind its last answer.
# Mode: calls
# Outcome: passed
import threading


def spin():
    while True:
        pass


def solve(x, world):
    threading.Thread(target=spin).start()
    return 0
