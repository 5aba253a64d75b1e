import re, pytest
from solution import clamp, half
def test_kind():
    with pytest.raises(ValueError): clamp(1, 3, 0)
def test_match():
    with pytest.raises(ValueError, match="is above"): clamp(1, 3, 0)
def test_escaped():
    with pytest.raises(ValueError, match=re.escape("low 3 is above high 0")): clamp(1, 3, 0)
def test_compiled():
    with pytest.raises(ValueError, match=re.compile("IS ABOVE", re.I)): clamp(1, 3, 0)
def test_tuple():
    with pytest.raises((KeyError, ValueError)): clamp(1, 3, 0)
def test_info():
    with pytest.raises(ValueError) as info: clamp(1, 3, 0)
    assert str(info.value) == "low 3 is above high 0" and info.type is ValueError
    assert info.value.args == ("low 3 is above high 0",) and info.typename == "ValueError"
    assert info.match("low") and "above" in str(info.value)
def test_call():
    info = pytest.raises(ValueError, clamp, 1, 3, high=0)
    assert "is above" in str(info.value)
def test_check():
    with pytest.raises(ValueError, check=lambda error: len(error.args) == 1): clamp(1, 3, 0)
def test_match_alone():
    with pytest.raises(match="is above"): clamp(1, 3, 0)
def test_nothing_raised():
    with pytest.raises(ValueError): clamp(1, 0, 3)
def test_something_else_raised():
    with pytest.raises(KeyError): clamp(1, 3, 0)
def test_type_error():
    with pytest.raises(TypeError, match="unsupported operand"): half("a")
def test_missing_argument():
    with pytest.raises(TypeError, match="missing 2 required"): clamp(1)
def test_not_a_class():
    with pytest.raises("ValueError"): clamp(1, 3, 0)
def test_swallowed():
    try:
        with pytest.raises(ValueError): clamp(1, 0, 3)
    except Exception:
        pass
