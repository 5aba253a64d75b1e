import collections, datetime, decimal
from solution import count, next_day, squares, total, move, Point
def test_counter(): assert count("aab") == collections.Counter("aab") == {"a": 2, "b": 1}
def test_counter_method(): assert count("aab").most_common(1) == [("a", 2)]
def test_date(): assert next_day(datetime.date(2024, 2, 28)) == datetime.date(2024, 2, 29)
def test_date_time(): assert next_day(datetime.datetime(2024, 2, 28, 1)).isoformat() == "2024-02-29T01:00:00"
def test_decimal(): assert total(["0.1", "0.2"]) == decimal.Decimal("0.3") and str(total(["1"])) == "1"
def test_list(): assert list(squares(3)) == [0, 1, 4]
def test_next():
    numbers = squares(3)
    assert next(numbers) == 0 and next(numbers) == 1 and sum(numbers) == 4
def test_loop():
    for number, square in enumerate(squares(4)): assert square == number ** 2
def test_sum(): assert sum(squares(4)) == 14
def test_data_class(): assert move(Point(1, 2), 3) == Point(4, 2)
def test_fields():
    moved = move(Point(1), 3)
    assert (moved.x, moved.y) == (4, 0) and isinstance(moved, Point)
