# A function of the check, of which the candidate says with what it is called.


def check(candidate):
    assert candidate(lambda resolve, reject: resolve(42), WORLD) == 42
