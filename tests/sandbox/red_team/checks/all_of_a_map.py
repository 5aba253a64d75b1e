def check(candidate):
    assert all(map(lambda x: candidate(x, WORLD) == x + 1, [41, 7]))
