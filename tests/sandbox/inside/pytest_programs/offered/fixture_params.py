import pytest
from solution import clamp
@pytest.fixture(params=[1, 2, pytest.param(3, id="three"), pytest.param(9, marks=pytest.mark.skip)])
def value(request): return request.param
@pytest.fixture(params=[(5, 3), (-1, 0)], ids=["above", "below"])
def case(request): return request.param
@pytest.fixture
def doubled(value): return value * 2
@pytest.fixture(scope="module", params=["a", "b"])
def letter(request): return request.param
@pytest.fixture
def through(request): return request.param * 10
def test_value(value): assert clamp(value, 0, 3) == value
def test_case(case): assert clamp(case[0], 0, 3) == case[1]
def test_both(doubled, case): assert doubled % 2 == 0
def test_letter(letter, value): assert letter in "ab"
@pytest.mark.parametrize("through", [1, 2], indirect=True)
def test_indirect(through): assert clamp(through, 0, 99) in (10, 20)
@pytest.mark.parametrize("through, e", [(1, 10), (2, 20)], indirect=["through"])
def test_partly(through, e): assert clamp(through, 0, 99) == e
@pytest.mark.parametrize("value", [7])
def test_overridden(value): assert value == 7
