def check(candidate):
    seen = []
    assert candidate(lambda x: seen.append(x) or 42, WORLD) == 42
    assert seen == [41]
