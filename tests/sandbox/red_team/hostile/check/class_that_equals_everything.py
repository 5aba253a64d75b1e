# Tries: to return a class, and a module, instead of an instance.
# Mode: check
# Check: every_style
# Outcome: failed
import sys


class Meta(type):
    def __eq__(cls, other):
        return True

    __hash__ = type.__hash__
    __ne__ = __contains__ = __instancecheck__ = lambda *_: True


class Yes(metaclass=Meta):
    pass


def solve(x, world):
    return Yes if x == 41 else sys.modules["program"]
