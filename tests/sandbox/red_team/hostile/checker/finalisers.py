# Tries: to act while its results are thrown away, and when the interpreter ends.
# Mode: calls
# Outcome: passed or failed or forbidden
import os


class Parting:
    def __del__(self):
        os.write(1, b"PASSED")
        os._exit(0)


def solve(x, world):
    keep = Parting()
    globals()["last"] = keep
    return [0, 1] if x == 41 else 0
