# Shows: input that is empty.
# Arguments: ()
# Result: ''
import sys


def solve():
    return sys.stdin.read()
