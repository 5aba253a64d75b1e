import pytest
from solution import clamp
pytestmark = [pytest.mark.slow, pytest.mark.skipif(False, reason="no")]
def test_low(): assert clamp(-1, 0, 3) == 0
class TestIt:
    pytestmark = pytest.mark.parametrize("v", [1, 2])
    def test_same(self, v): assert clamp(v, 0, 3) == v
@pytest.mark.parametrize("v, e", [(1, 1), (-1, 0)])
class TestBoth:
    def test_one(self, v, e): assert clamp(v, 0, 3) == e
    def test_two(self, v, e): assert clamp(e, 0, 3) == e
