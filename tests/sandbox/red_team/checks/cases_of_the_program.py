import pytest
import solution


@pytest.mark.parametrize(("x", "expected"), solution.CASES)
def test_each(x, expected):
    assert solve(x, WORLD) == expected == x + 1
