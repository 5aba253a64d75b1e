# Tries: to keep the verifier busy with single bytes.
# Mode: calls
# Outcome: failed or timeout or forbidden
import os


def solve(x, world):
    os.write(3, b"\xff\xff\x0f\0")
    while True:
        os.write(3, b"x")
