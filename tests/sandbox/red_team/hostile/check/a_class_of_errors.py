# Tries: to put the blame on the check, which makes an object of a class that is one of exceptions, and passes it back.
# Mode: check
# Check: makes_an_object
# Outcome: failed


class Node(Exception):
    pass


def solve(node, world):
    return 1
