import pytest
from solution import clamp
slow = pytest.mark.slow
@slow
@pytest.mark.unit("a", b=1)
@pytest.mark.filterwarnings("ignore")
def test_low(): assert clamp(-1, 0, 3) == 0
@pytest.mark.timeout(5)
class TestIt:
    def test_in(self): assert clamp(1, 0, 3) == 1
