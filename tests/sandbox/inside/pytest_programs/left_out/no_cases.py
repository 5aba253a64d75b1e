import pytest
@pytest.mark.parametrize('v', [])
def test(v): pass
