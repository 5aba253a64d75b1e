import pytest
from solution import clamp
@pytest.mark.parametrize("v, e", [(5, 3), (-1, 0), (2, 2)])
def test_text(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize(("v", "e"), [(5, 3), (2, 2)])
def test_tuple(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize(["v", "e"], [[5, 3], [-1, 0]])
def test_list(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v", [0, 1, 2])
def test_one(v): assert clamp(v, 0, 3) == v
@pytest.mark.parametrize("pair", [(5, 3), (-1, 0)])
def test_pair(pair): assert clamp(pair[0], 0, 3) == pair[1]
@pytest.mark.parametrize("v, e", [(5, 3), (-1, 0)], ids=["above", "below"])
def test_ids(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v", [1, 2], ids=lambda v: f"value-{v}")
def test_ids_made(v): assert clamp(v, 0, 3) == v
@pytest.mark.parametrize("low", [0, 1])
@pytest.mark.parametrize("high", [3, 4])
def test_stacked(low, high): assert clamp(2, low, high) == 2 and clamp(-1, low, high) == low
@pytest.mark.parametrize(argnames="v", argvalues=(n for n in range(3)))
def test_by_name(v): assert clamp(v, 0, 3) == v
