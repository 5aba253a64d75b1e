from solution import clamp
def test_in(): assert clamp(2, 0, 3) == 2
def test_low(): assert clamp(-1, 0, 3) == 0
