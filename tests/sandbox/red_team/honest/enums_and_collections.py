# Shows: enums, named tuples, counters, deques, ordered and default dicts, chain maps.
# Arguments: (1,)
# Result: [(1, 3), {'a': 2, 'b': 1}, {}, 'RED', [3, 1, 2], {'x': 1, 'y': 2}]
import collections
import enum

Pair = collections.namedtuple("Pair", "a b")


class Colour(enum.IntEnum):
    RED = 3


def solve(n):
    queue = collections.deque([1, 2, 3], maxlen=3)
    queue.rotate(1)
    return [
        Pair(n, Colour.RED),
        collections.Counter("aab"),
        collections.defaultdict(list),
        Colour(3).name,
        list(queue),
        dict(collections.ChainMap({"x": 1}, {"x": 3, "y": 2})),
    ]
