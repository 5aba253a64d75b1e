def check(candidate):
    try:
        candidate(41, WORLD)
    except ValueError:
        return
    raise AssertionError("it raised nothing")
