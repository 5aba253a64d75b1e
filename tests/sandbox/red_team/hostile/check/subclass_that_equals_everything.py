# Tries: an int that equals everything, in the test process.
# Mode: check
# Check: every_style
# Outcome: failed
class Yes(int):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = int.__hash__

    def __repr__(self):
        return "42"


def solve(x, world):
    return Yes(1)
