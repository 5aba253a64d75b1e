import pytest
from solution import clamp, tidy
made = []
@pytest.fixture
def limits(): return 0, 3
@pytest.fixture()
def low(limits): return limits[0]
@pytest.fixture(scope="module")
def once():
    made.append(1)
    yield made
    made.clear()
@pytest.fixture(name="renamed")
def other_name(): return 7
@pytest.fixture
def given():
    items = [3, 1]
    yield items
    assert items == [1, 3]
def test_limits(limits): assert clamp(-1, *limits) == 0
def test_chain(low, limits): assert clamp(-1, low, limits[1]) == low
def test_once(once): assert once == [1]
def test_once_more(once): assert once == [1]
def test_renamed(renamed): assert clamp(renamed, 0, 9) == 7
def test_teardown(given): tidy(given)
def test_unknown(nothing_of_this_name): pass
@pytest.fixture
def broken(): raise KeyError
def test_broken(broken): pass
@pytest.mark.usefixtures("limits")
def test_used(): assert clamp(-1, 0, 3) == 0
@pytest.mark.usefixtures("broken")
def test_used_broken(): pass
def test_default(limits, extra=5): assert extra == 5
