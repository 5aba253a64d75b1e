from solution import tidy
def test_sorted():
    items = [3, 1, 2]
    assert tidy(items) is None
    assert items == [1, 2, 3]
def test_same_object():
    items = other = [2, 1]
    tidy(items)
    assert other == [1, 2] and other is items
def test_nested():
    rows = [[2], [1]]
    first = rows[0]
    tidy(rows)
    assert rows == [[1], [2]] and rows[1] is first
