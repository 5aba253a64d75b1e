# Tries: to make the judge trip over an exception whose class lies about its name and its bases.
# Mode: calls
# Outcome: passed or failed
class Liar(type):
    @property
    def __name__(cls):
        raise SystemExit(0)

    def mro(cls):
        return [cls, *type.mro(cls)[1:]]


class Escape(Exception, metaclass=Liar):
    pass


def solve(x, world):
    raise Escape
