# Takes every error of the candidate's for none of its business, and then asks.


def check(candidate):
    try:
        candidate(7, WORLD)
    except Exception:
        pass
    assert candidate(41, WORLD) == 42
