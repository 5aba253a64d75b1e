def check(candidate):
    assert not candidate(41, WORLD) != 42
