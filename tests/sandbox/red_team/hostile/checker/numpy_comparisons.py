# Tries: to replace numpy's comparisons, and to return an array that equals everything.
# Mode: calls
# Outcome: passed or out_of_memory or failed
try:
    import numpy

    numpy.allclose = numpy.array_equal = numpy.isclose = lambda *_, **__: True

    class Yes(numpy.ndarray):
        def __eq__(self, other):
            return True

    RESULT = numpy.zeros(3).view(Yes)
except (ImportError, OSError):
    RESULT = 0


def solve(x, world):
    return RESULT
