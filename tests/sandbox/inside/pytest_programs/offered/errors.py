import pytest, solution
from solution import clamp, pay, Poor
def test_str():
    try: clamp(1, 3, 0)
    except ValueError as error: assert str(error) == "low 3 is above high 0"
    else: pytest.fail("it did not raise")
def test_repr():
    try: clamp(1, 3, 0)
    except Exception as error: assert repr(error) == "ValueError('low 3 is above high 0')"
def test_attribute():
    with pytest.raises(Poor) as info: pay(1, 3)
    assert info.value.missing == 2
def test_text():
    with pytest.raises(Poor, match="2 is missing"): pay(1, 3)
def test_name():
    with pytest.raises(Exception) as info: pay(1, 3)
    assert type(info.value).__name__ == "Poor" and isinstance(info.value, solution.Poor)
def test_fail(): pytest.fail("so")
def test_assertion():
    with pytest.raises(AssertionError, match="not positive"): solution.positive(0)
def test_exit():
    with pytest.raises(SystemExit) as info: solution.leave()
    assert info.value.code == 3
