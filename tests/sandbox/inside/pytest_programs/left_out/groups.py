import pytest
def test():
    with pytest.RaisesGroup(ValueError): clamp(1, 0, 3)
