# Tries: to end the process by a thread while the judge waits for the call.
# Mode: calls
# Outcome: failed
import os
import threading
import time


def solve(x, world):
    threading.Thread(target=os._exit, args=(0,)).start()
    time.sleep(1)
