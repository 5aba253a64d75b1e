# Shows: sorting: stable, by keys, reversed, by comparison.
# Arguments: (['b2', 'a2', 'a1', 'b1'],)
# Result: [['a2', 'a1', 'b2', 'b1'], ['b2', 'b1', 'a2', 'a1'], ['a1', 'a2', 'b1', 'b2']]
import functools


def solve(words):
    compare = functools.cmp_to_key(lambda a, b: (a > b) - (a < b))
    first = lambda word: word[0]  # noqa: E731
    return [sorted(words, key=first), sorted(words, key=first, reverse=True), sorted(words, key=compare)]
