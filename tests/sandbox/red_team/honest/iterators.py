# Shows: itertools, operator, functools and generators that send, delegate and stop.
# Arguments: (4,)
# Result: [24, [[1, 2], [3, 4]], [0, 1, 3, 6], 'done', 10]
import functools
import itertools
import operator


def averager():
    total = 0
    while (number := (yield total)) is not None:
        total += number
    return "done"


def delegate(found):
    found.append((yield from averager()))


def solve(n):
    found, generator = [], None
    generator = delegate(found)
    next(generator)
    last = [generator.send(number) for number in range(1, n + 1)][-1]
    next_one = next(generator, None)
    assert next_one is None
    return [
        len(list(itertools.permutations(range(n)))),
        [list(pair) for pair in zip(*[iter(range(1, n + 1))] * 2)],
        list(itertools.accumulate(range(n), operator.add)),
        found[0],
        functools.reduce(operator.add, [last]),
    ]
