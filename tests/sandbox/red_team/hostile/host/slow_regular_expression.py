# Tries: to spin inside the engine of regular expressions.
# Mode: calls
# Outcome: timeout
import re


def solve(x, world):
    return re.match("(a+)+b", "a" * 50)
