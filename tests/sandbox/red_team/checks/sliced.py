def check(candidate):
    assert candidate([41, 7], WORLD)[:1] == [42]
