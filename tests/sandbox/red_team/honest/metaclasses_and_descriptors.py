# Shows: classes made by metaclasses, descriptors, slots, weak references, context managers.
# Arguments: (3,)
# Result: ['made', 9, ['in', 'out'], True]
import contextlib
import weakref


class Meta(type):
    def __new__(cls, name, bases, names):
        return super().__new__(cls, name, bases, {**names, "how": "made"})


class Square:
    def __get__(self, thing, kind):
        return thing.n * thing.n


class Number(metaclass=Meta):
    __slots__ = ("__weakref__", "n")
    squared = Square()

    def __init__(self, n):
        self.n = n


@contextlib.contextmanager
def noted(notes):
    notes.append("in")
    yield
    notes.append("out")


def solve(n):
    number, notes = Number(n), []
    with noted(notes):
        gone = weakref.ref(number)
    return [number.how, number.squared, notes, gone() is number]
