# Tries: as many threads as the machine gives.
# Mode: calls
# Outcome: passed or timeout or out_of_memory or failed
import threading
import time


def solve(x, world):
    threading.stack_size(32768)
    started = 0
    try:
        while True:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            started += 1
    except RuntimeError:
        return "few" if started <= 4096 else x + 1
