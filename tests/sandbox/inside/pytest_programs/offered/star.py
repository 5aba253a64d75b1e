from solution import *
def test_low(): assert clamp(-1, 0, 3) == 0
def test_in(): assert clamp(2, 0, 3) == 2
