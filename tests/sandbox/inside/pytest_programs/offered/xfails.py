import pytest
from solution import clamp, half
@pytest.mark.xfail
def test_fails(): assert clamp(1, 0, 3) == 2
@pytest.mark.xfail(reason="known")
def test_passes(): assert clamp(1, 0, 3) == 1
@pytest.mark.xfail(strict=True)
def test_strict(): assert clamp(-1, 0, 3) == 3
@pytest.mark.xfail(strict=True)
def test_strict_passes(): assert clamp(1, 0, 3) == 1
@pytest.mark.xfail(raises=ValueError)
def test_right_error(): clamp(1, 3, 0)
@pytest.mark.xfail(raises=KeyError)
def test_wrong_error(): clamp(1, 3, 0)
@pytest.mark.xfail(raises=(KeyError, ValueError), strict=True)
def test_one_of_errors(): clamp(1, 3, 0)
@pytest.mark.xfail(False, reason="no")
def test_not_expected(): assert clamp(-1, 0, 3) == 0
@pytest.mark.xfail(run=False)
def test_not_run(): raise SystemExit
def test_itself(): pytest.xfail("so")
@pytest.mark.xfail
@pytest.mark.parametrize("v", [1, -1])
def test_each(v): assert clamp(v, 0, 3) == v
