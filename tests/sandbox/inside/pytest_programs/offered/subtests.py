from solution import clamp
def test_all_right(subtests):
    for v in range(3):
        with subtests.test(msg="in range", v=v): assert clamp(v, 0, 3) == v
def test_low(subtests):
    for v in (-1, -2):
        with subtests.test("below", v=v): assert clamp(v, 0, 3) == 0
