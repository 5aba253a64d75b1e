# Shows: exact numbers.
# Arguments: (8,)
# Result: ['0.125', '1/2', 1.5, '0.1428571428571428571428571428571428571428571428571429', 1e308]
import decimal
import fractions
import statistics


def solve(n):
    with decimal.localcontext() as context:
        context.prec = 52
        seventh = decimal.Decimal(1) / 7
    half = fractions.Fraction(2, 4)
    return [str(decimal.Decimal(1) / n), str(half), statistics.mean([1, 2]), str(seventh), 1e308]
