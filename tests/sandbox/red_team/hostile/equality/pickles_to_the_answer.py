# Tries: to become the answer, or to run code, where a result is unpickled.
# Mode: calls
# Outcome: passed
import os


class Answer:
    def __reduce__(self):
        return int, (42,)


class Code:
    def __reduce__(self):
        return os.system, ("touch /tmp/astor-red-team",)


def solve(x, world):
    return Answer() if x == 41 else [Code()]
