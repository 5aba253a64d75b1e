def check(candidate):
    assert candidate(41, WORLD) == 42
    assert candidate(7, WORLD) == 8
