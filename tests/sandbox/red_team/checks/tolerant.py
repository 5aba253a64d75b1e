def check(candidate):
    assert abs(candidate(41, WORLD) - 42) < 1e-6
    assert candidate(7, WORLD) - 8 <= 0
