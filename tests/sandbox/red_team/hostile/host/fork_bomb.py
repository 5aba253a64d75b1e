# Tries: to fork for ever, by every call, from threads, whatever is refused.
# Mode: calls
# Outcome: timeout or out_of_memory or failed
import ctypes
import os
import threading

FORK = (57, 17) if os.uname().machine == "x86_64" else (220, 17)


def bomb():
    libc = ctypes.CDLL(None)
    while True:
        libc.fork()
        libc.syscall(*FORK, 0, 0, 0, 0)
        try:
            os.fork()
        except OSError:
            continue


def solve(x, world):
    for _ in range(8):
        threading.Thread(target=bomb).start()
    bomb()
