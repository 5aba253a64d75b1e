import solution
def test_low():
    assert solution.clamp(-1, 0, 3) == 0
