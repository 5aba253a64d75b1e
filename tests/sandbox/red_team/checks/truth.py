def check(candidate):
    if not candidate(41, WORLD):
        raise AssertionError
