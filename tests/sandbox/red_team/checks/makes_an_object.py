from solution import Node


def check(candidate):
    assert candidate(Node(41), WORLD).value == 42
