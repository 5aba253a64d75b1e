# One comparison alone, on the candidate's side of it: what an object that equals everything hopes for.


def check(candidate):
    assert candidate(41, WORLD) == 42
