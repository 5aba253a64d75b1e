import pytest


@pytest.mark.parametrize(("x", "expected"), [(41, 42), (7, 8)])
def test_one(x, expected):
    assert solve(x, WORLD) == expected


def test_near():
    assert solve(7, WORLD) == pytest.approx(8)
