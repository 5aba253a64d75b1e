import pytest
from solution import clamp
@pytest.fixture
def base(): return 1
class TestA:
    @pytest.fixture
    def base(self, base): return base + 1
    @pytest.fixture(scope="class")
    def shared(self): return []
    def test_base(self, base): assert base == 2
    def test_shared(self, shared): shared.append(1)
    def test_shared_again(self, shared): assert shared == [1]
class TestB:
    @pytest.fixture(scope="class")
    def shared(self): return []
    def test_base(self, base): assert base == 1
    def test_shared(self, shared): assert shared == [] and clamp(-1, 0, 3) == 0
