# Tries: to be asked for the cases of its test, and to have none.
# Mode: pytest
# Check: cases_of_the_program
# Outcome: failed
CASES = []


def solve(x, world):
    return x
