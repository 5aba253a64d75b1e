import pytest
from solution import clamp
def test_low(): assert clamp(-1, 0, 3) == 0
if __name__ == '__main__':
    pytest.main([__file__, '-v'])
