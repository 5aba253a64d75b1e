# Tries: an exception with a name that is no name, and text that is no UTF-8.
# Mode: calls
# Outcome: forbidden
import os


def solve(x, world):
    os.write(3, b"\x16\0\0\0(\x02\0\0\0s\x06\0\0\0raiseds\x01\0\0\0\xff")
    os.write(3, b"\x1c\0\0\0(\x02\0\0\0s\x06\0\0\0raiseds\x06\0\0\0\x1b[31mX")
    return 0
