# An iteration that stops at a StopIteration looks complete.


def check(candidate):
    for found, expected in zip(map(lambda x: candidate(x, WORLD), [41, 7]), [42, 8]):
        assert found == expected
