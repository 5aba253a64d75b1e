# Tries: to grow a result by a thread while it is being written down.
# Mode: calls
# Outcome: passed or failed or timeout
import sys
import threading

sys.setswitchinterval(1e-6)


def solve(x, world):
    result = {0: [0] * 20_000}

    def grow():
        while True:
            result[len(result)] = 42
            result.pop(len(result) - 1, None)

    threading.Thread(target=grow, daemon=True).start()
    return result
