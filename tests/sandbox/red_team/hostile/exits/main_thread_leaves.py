# Tries: to leave a process without its first thread, that no one can wait for.
# Mode: calls
# Outcome: timeout
import ctypes
import os
import threading
import time

EXIT = 60 if os.uname().machine == "x86_64" else 93


def solve(x, world):
    threading.Thread(target=time.sleep, args=(100,)).start()
    ctypes.CDLL(None).syscall(EXIT, 0)
