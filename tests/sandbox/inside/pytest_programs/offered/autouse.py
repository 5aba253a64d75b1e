import pytest
from solution import clamp
log = []
@pytest.fixture(autouse=True)
def each():
    log.append("before")
    yield
    log.append("after")
@pytest.fixture(autouse=True, scope="module")
def whole():
    log.append("whole")
    yield
def test_one(): assert log == ["whole", "before"]
def test_two(): assert log == ["whole", "before", "after", "before"] and clamp(-1, 0, 3) == 0
