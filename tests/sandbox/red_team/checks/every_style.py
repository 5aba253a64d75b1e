import math


def check(candidate):
    first = candidate(41, WORLD)
    assert first == 42
    assert not first != 42
    assert first in [42]
    assert first is not None
    assert isinstance(first, int)
    assert [first] == [42]
    assert {first: 1} == {42: 1}
    assert math.isclose(first, 42)
    assert repr(first) == "42"
    assert sorted([candidate(7, WORLD), 3]) == [3, 8]
