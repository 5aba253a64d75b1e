# Tries: to spin in a thread of a process that looks dead.
# Mode: calls
# Outcome: timeout
import ctypes
import os
import threading

EXIT = 60 if os.uname().machine == "x86_64" else 93


def spin():
    while True:
        pass


def solve(x, world):
    threading.Thread(target=spin).start()
    ctypes.CDLL(None).syscall(EXIT, 0)
