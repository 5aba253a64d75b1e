import pytest
from solution import clamp
@pytest.mark.parametrize("v, e", [pytest.param(5, 3, id="above"), pytest.param(-1, 0, id="below"), (2, 2)])
def test_ids(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v", [pytest.param(1), 2])
def test_one(v): assert clamp(v, 0, 3) == v
@pytest.mark.parametrize("v, e", [pytest.param(5, 4, marks=pytest.mark.skip(reason="later")), (5, 3)])
def test_skip(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v, e", [pytest.param(5, 4, marks=pytest.mark.xfail), (5, 3)])
def test_xfail(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v, e", [pytest.param(-1, 0, marks=[pytest.mark.xfail(strict=True)])])
def test_strict(v, e): assert clamp(v, 0, 3) == e
@pytest.mark.parametrize("v, e", [pytest.param(5, 4, marks=pytest.mark.skipif(True, reason="so"))])
def test_skipif(v, e): assert clamp(v, 0, 3) == e
