import pytest
from solution import clamp
done = []
@pytest.fixture
def finalized(request):
    request.addfinalizer(lambda: done.append(1))
    return request.node.name
@pytest.fixture
def three(): return 3
def test_name(finalized): assert finalized == "test_name"
def test_done(): assert done == [1]
def test_dynamic(request): assert clamp(5, 0, request.getfixturevalue("three")) == 3
class TestIt:
    @pytest.fixture(autouse=True)
    def before(self, request):
        self.kind = request.cls.__name__
        self.limit = 3
    def test_kind(self): assert self.kind == "TestIt" and clamp(5, 0, self.limit) == 3
